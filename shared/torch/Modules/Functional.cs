namespace TorchSharp;

/// <summary>What padding is made of.</summary>
public enum PaddingModes
{
    Zeros = 0,
    Reflect = 1,
    Replicate = 2,
    Circular = 3,
    Constant = 4,
}

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What becomes of a loss per element; the numbers are libtorch's.</summary>
        public enum Reduction : long
        {
            None = 0,
            Mean = 1,
            Sum = 2,
        }

        public static partial class functional
        {
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Native.ts_linear(input, weights, bias);

            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) => Native.ts_bilinear(input1, input2, weight, bias);

            public static Tensor embedding(Tensor x, Tensor weight, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false)
            {
                if (max_norm.HasValue) Native.ts_embedding_renorm_(weight, x, max_norm.Value, norm_type);
                return Native.ts_embedding(weight, x, padding_idx is < 0 ? padding_idx.Value + weight.size(0) : padding_idx ?? -1, scale_grad_by_freq ? 1 : 0, sparse ? 1 : 0);
            }

            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                Native.ts_layer_norm(input, normalized_shape, normalized_shape.Length, weight, bias, eps);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (!inplace) return Native.ts_dropout(input, p, training ? 1 : 0);
                Native.ts_dropout_(input, p, training ? 1 : 0);
                return input.alias();
            }

            public static Tensor gelu(Tensor x, bool inplace) => inplace ? x.gelu_().alias() : x.gelu();

            public static Tensor gelu(Tensor x) => x.gelu();

            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_().alias() : x.relu();

            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_().alias() : x.silu();

            public static Tensor mish(Tensor x, bool inplace = false) => Native.ts_mish(x);

            public static Tensor elu(Tensor x, double alpha = 1.0, bool inplace = false) => Native.ts_elu(x, alpha);

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) => Native.ts_leaky_relu(input, negative_slope);

            public static Tensor hardswish(Tensor input, bool inplace = false) => Native.ts_hardswish(input);

            public static Tensor softplus(Tensor x, double beta = 1.0, double threshold = 20.0) => Native.ts_softplus(x, beta, threshold);

            public static Tensor logsigmoid(Tensor x) => Native.ts_logsigmoid(x);

            public static Tensor glu(Tensor input, long dim = -1) => Native.ts_glu(input, dim);

            public static Tensor tanh(Tensor x, bool inplace = false) => inplace ? x.tanh_().alias() : x.tanh();

            public static Tensor sigmoid(Tensor x, bool inplace = false) => inplace ? x.sigmoid_().alias() : x.sigmoid();

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) => Native.ts_log_softmax(input, dim, Tensor.Code(dtype));

            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12) => Native.ts_normalize(input, p, dim, eps);

            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0) => functional.pad(input, (ReadOnlySpan<long>)pad, mode, value);

            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                Native.ts_pad(input, pad, pad.Length, mode switch { PaddingModes.Reflect => "reflect", PaddingModes.Replicate => "replicate", PaddingModes.Circular => "circular", _ => "constant" }, value);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Native.ts_one_hot(x, num_classes);

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) => Native.ts_cosine_similarity(x1, x2, dim, eps);

            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2.0, double eps = 1e-6, bool keepdim = false) =>
                Native.ts_pairwise_distance(input1, input2, p, eps, keepdim ? 1 : 0);

            /// <summary>softmax(q kT / sqrt(d) + mask) v; a boolean mask is true where attention is allowed.</summary>
            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false) =>
                Native.ts_attention(query, key, value, attn_mask, p, is_casual ? 1 : 0);

            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Native.ts_cross_entropy(input, target, weight, ignore_index, (int)reduction, label_smoothing);

            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Native.ts_nll_loss(input, target, weight, -100, (int)reduction);

            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Native.ts_kl_div(input, target, log_target ? 1 : 0, (int)reduction, 0);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Native.ts_mse_loss(input, target, (int)reduction);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) => Native.ts_l1_loss(input, target, (int)reduction);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) => Native.ts_huber_loss(input, target, (int)reduction, delta);

            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) => Native.ts_smooth_l1_loss(input, target, (int)reduction, beta);

            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Native.ts_bce(input, target, weight, (int)reduction);

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Native.ts_bce_logits(input, target, weight, pos_weights, (int)reduction);

            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Native.ts_cosine_embedding_loss(input1, input2, target, margin, (int)reduction);

            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Native.ts_margin_ranking_loss(input1, input2, target, margin, (int)reduction);

            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, double p = 2, double eps = 1e-06, bool swap = false, Reduction reduction = Reduction.Mean) =>
                Native.ts_triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap ? 1 : 0, (int)reduction);
        }
    }
}
