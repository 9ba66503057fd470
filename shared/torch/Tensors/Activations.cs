namespace TorchSharp;

public static partial class torch
{
    // What neurons do with every element, and softmax along a dimension.
    public partial class Tensor
    {
        public Tensor tanh() => Native.ts_tanh(this);

        public Tensor tanh_()
        {
            Native.ts_tanh_(this);
            return this;
        }

        public Tensor sigmoid() => Native.ts_sigmoid(this);

        public Tensor sigmoid_()
        {
            Native.ts_sigmoid_(this);
            return this;
        }

        public Tensor relu() => Native.ts_relu(this);

        public Tensor relu_()
        {
            Native.ts_relu_(this);
            return this;
        }

        public Tensor softmax(long dim, ScalarType? dtype = null) => Native.ts_softmax(this, dim, Code(dtype));

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Native.ts_log_softmax(this, dim, Code(dtype));

        public Tensor gelu() => Native.ts_gelu(this);

        public Tensor gelu_()
        {
            Native.ts_gelu_(this);
            return this;
        }

        public Tensor silu() => Native.ts_silu(this);

        public Tensor silu_()
        {
            Native.ts_silu_(this);
            return this;
        }
    }

    public static Tensor tanh(Tensor input) => input.tanh();

    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    public static Tensor relu(Tensor input) => input.relu();

    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();

    public static Tensor tanh_(Tensor input) => input.tanh_();

    public static Tensor relu_(Tensor input) => input.relu_();

    public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);
}
