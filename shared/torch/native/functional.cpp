// torch.nn.functional: layers, activations and losses.
#include "shim.h"
#include <cmath>

API Handle ts_linear(Handle input, Handle weight, Handle bias) {
    return tensor([&] {
        return product(t(input), t(weight), [&](const at::Tensor& x, const at::Tensor& w) {
            if (!bias) return at::linear(x, w);
            return at::linear(x, w, x.scalar_type() == t(input).scalar_type() ? t(bias) : t(bias).to(x.scalar_type()));
        });
    });
}
API Handle ts_bilinear(Handle a, Handle b, Handle weight, Handle bias) { return tensor([&] { return at::bilinear(t(a), t(b), t(weight), optional(bias)); }); }
API Handle ts_embedding(Handle weight, Handle ids, int64_t padding, int scale, int sparse) {
    return tensor([&] { return at::embedding(t(weight), t(ids), padding, scale != 0, sparse != 0); });
}
API int ts_embedding_renorm_(Handle weight, Handle ids, double max, double p) { return status([&] { at::NoGradGuard off; at::embedding_renorm_(const_cast<at::Tensor&>(t(weight)), t(ids), max, p); }); }
API Handle ts_layer_norm(Handle input, const int64_t* shape, int count, Handle weight, Handle bias, double eps) {
    return tensor([&] { return at::layer_norm(t(input), ints(shape, count), optional(weight), optional(bias), eps); });
}
API Handle ts_batch_norm(Handle input, Handle weight, Handle bias, Handle mean, Handle var, int training, double momentum, double eps) {
    return tensor([&] { return at::batch_norm(t(input), optional(weight), optional(bias), optional(mean), optional(var), training != 0, momentum, eps, false); });
}
API Handle ts_conv1d(Handle input, Handle weight, Handle bias, int64_t stride, int64_t padding, int64_t dilation, int64_t groups) {
    return tensor([&] { return at::conv1d(t(input), t(weight), optional(bias), stride, padding, dilation, groups); });
}
API Handle ts_dropout(Handle a, double p, int training) { return tensor([&] { return at::dropout(t(a), p, training != 0); }); }
API int ts_dropout_(Handle a, double p, int training) { return status([&] { at::dropout_(const_cast<at::Tensor&>(t(a)), p, training != 0); }); }

API Handle ts_gelu(Handle a) { return tensor([&] { return at::gelu(t(a)); }); }
API int ts_gelu_(Handle a) { return status([&] { at::gelu_(const_cast<at::Tensor&>(t(a))); }); }
API Handle ts_silu(Handle a) { return tensor([&] { return at::silu(t(a)); }); }
API int ts_silu_(Handle a) { return status([&] { at::silu_(const_cast<at::Tensor&>(t(a))); }); }
API Handle ts_mish(Handle a) { return tensor([&] { return at::mish(t(a)); }); }
API Handle ts_selu(Handle a) { return tensor([&] { return at::selu(t(a)); }); }
API Handle ts_relu6(Handle a) { return tensor([&] { return at::relu6(t(a)); }); }
API Handle ts_elu(Handle a, Number alpha) { return tensor([&] { return at::elu(t(a), n(alpha)); }); }
API Handle ts_leaky_relu(Handle a, Number slope) { return tensor([&] { return at::leaky_relu(t(a), n(slope)); }); }
API Handle ts_hardtanh(Handle a, Number low, Number high) { return tensor([&] { return at::hardtanh(t(a), n(low), n(high)); }); }
API Handle ts_hardswish(Handle a) { return tensor([&] { return at::hardswish(t(a)); }); }
API Handle ts_hardsigmoid(Handle a) { return tensor([&] { return at::hardsigmoid(t(a)); }); }
API Handle ts_logsigmoid(Handle a) { return tensor([&] { return at::log_sigmoid(t(a)); }); }
API Handle ts_softplus(Handle a, Number beta, Number threshold) { return tensor([&] { return at::softplus(t(a), n(beta), n(threshold)); }); }
API Handle ts_glu(Handle a, int64_t d) { return tensor([&] { return at::glu(t(a), d); }); }

API Handle ts_pad(Handle a, const int64_t* pad, int count, const char* mode, double value) {
    return tensor([&] { return strcmp(mode, "constant") == 0 ? at::constant_pad_nd(t(a), ints(pad, count), value) : at::pad(t(a), ints(pad, count), mode); });
}
API Handle ts_one_hot(Handle a, int64_t classes) { return tensor([&] { return at::one_hot(t(a), classes); }); }
API Handle ts_normalize(Handle a, double p, int64_t d, double eps) {
    return tensor([&] { return t(a) / at::norm(t(a), p, {d}, true).clamp_min(eps).expand_as(t(a)); });
}
API Handle ts_cosine_similarity(Handle a, Handle b, int64_t d, double eps) { return tensor([&] { return at::cosine_similarity(t(a), t(b), d, eps); }); }
API Handle ts_pairwise_distance(Handle a, Handle b, double p, double eps, int keep) { return tensor([&] { return at::pairwise_distance(t(a), t(b), p, eps, keep != 0); }); }

// softmax(q kT / sqrt(d) + mask) v. A boolean mask is true where attention is allowed.
API Handle ts_attention(Handle query, Handle key, Handle value, Handle mask, double p, int causal) {
    return tensor([&]() -> at::Tensor {
#if TORCH_VERSION_MAJOR >= 2
        return at::scaled_dot_product_attention(t(query), t(key), t(value), optional(mask), p, causal != 0);
#else
        const auto& q = t(query);
        const auto multiply = [](const at::Tensor& x, const at::Tensor& y) { return at::matmul(x, y); };
        if (causal && mask) throw std::invalid_argument("scaled_dot_product_attention takes a mask or is_causal, not both");
        auto scores = product(q * (1.0 / std::sqrt(static_cast<double>(q.size(-1)))), t(key).transpose(-2, -1), multiply);
        constexpr double never = -std::numeric_limits<double>::infinity();
        if (causal) {
            auto allowed = at::ones({q.size(-2), t(key).size(-2)}, q.options().dtype(at::kBool)).tril();
            scores = scores.masked_fill(allowed.logical_not(), never);
        } else if (mask) {
            scores = t(mask).scalar_type() == at::kBool ? scores.masked_fill(t(mask).logical_not(), never) : scores + t(mask);
        }
        auto weights = at::softmax(scores, -1);
        if (p > 0) weights = at::dropout(weights, p, true);
        return product(weights, t(value), multiply);
#endif
    });
}

// Losses. reduction: 0 none, 1 mean, 2 sum (at::Reduction).
API Handle ts_cross_entropy(Handle input, Handle target, Handle weight, int64_t ignored, int reduction, double smoothing) {
    return tensor([&] { return at::cross_entropy_loss(t(input), t(target), optional(weight), reduction, ignored, smoothing); });
}
API Handle ts_nll_loss(Handle input, Handle target, Handle weight, int64_t ignored, int reduction) {
    return tensor([&] { return at::nll_loss_nd(t(input), t(target), optional(weight), reduction, ignored); });
}
API Handle ts_kl_div(Handle input, Handle target, int logTarget, int reduction, int batchMean) {
    return tensor([&] {
        if (!batchMean) return at::kl_div(t(input), t(target), reduction, logTarget != 0);
        return at::kl_div(t(input), t(target), at::Reduction::Sum, logTarget != 0) / t(input).size(0);
    });
}
API Handle ts_mse_loss(Handle input, Handle target, int reduction) { return tensor([&] { return at::mse_loss(t(input), t(target), reduction); }); }
API Handle ts_l1_loss(Handle input, Handle target, int reduction) { return tensor([&] { return at::l1_loss(t(input), t(target), reduction); }); }
API Handle ts_huber_loss(Handle input, Handle target, int reduction, double delta) { return tensor([&] { return at::huber_loss(t(input), t(target), reduction, delta); }); }
API Handle ts_smooth_l1_loss(Handle input, Handle target, int reduction, double beta) { return tensor([&] { return at::smooth_l1_loss(t(input), t(target), reduction, beta); }); }
API Handle ts_bce(Handle input, Handle target, Handle weight, int reduction) { return tensor([&] { return at::binary_cross_entropy(t(input), t(target), optional(weight), reduction); }); }
API Handle ts_bce_logits(Handle input, Handle target, Handle weight, Handle positive, int reduction) {
    return tensor([&] { return at::binary_cross_entropy_with_logits(t(input), t(target), optional(weight), optional(positive), reduction); });
}
API Handle ts_cosine_embedding_loss(Handle a, Handle b, Handle target, double margin, int reduction) { return tensor([&] { return at::cosine_embedding_loss(t(a), t(b), t(target), margin, reduction); }); }
API Handle ts_margin_ranking_loss(Handle a, Handle b, Handle target, double margin, int reduction) { return tensor([&] { return at::margin_ranking_loss(t(a), t(b), t(target), margin, reduction); }); }
API Handle ts_triplet_margin_loss(Handle a, Handle b, Handle c, double margin, double p, double eps, int swap, int reduction) { return tensor([&] { return at::triplet_margin_loss(t(a), t(b), t(c), margin, p, eps, swap != 0, reduction); }); }
