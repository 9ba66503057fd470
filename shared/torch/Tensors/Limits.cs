namespace TorchSharp;

public static partial class torch
{
    // Every element kept within limits, or the greater or smaller of two.
    public partial class Tensor
    {
        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) =>
            Native.ts_nan_to_num(this, nan, posinf.HasValue ? 1 : 0, posinf ?? 0, neginf.HasValue ? 1 : 0, neginf ?? 0);

        public Tensor maximum(Tensor other) => Native.ts_maximum(this, other);

        public Tensor minimum(Tensor other) => Native.ts_minimum(this, other);

        public Tensor fmax(Tensor other) => Native.ts_fmax(this, other);

        public Tensor fmin(Tensor other) => Native.ts_fmin(this, other);

        public unsafe Tensor clamp(Scalar? min = null, Scalar? max = null)
        {
            Number low = min?.Number ?? default, high = max?.Number ?? default;
            return Native.ts_clamp(this, min is null ? null : &low, max is null ? null : &high);
        }

        public unsafe Tensor clamp_(Scalar? min = null, Scalar? max = null)
        {
            Number low = min?.Number ?? default, high = max?.Number ?? default;
            Native.ts_clamp_(this, min is null ? null : &low, max is null ? null : &high);
            return this;
        }

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Native.ts_clamp_tensor(this, min, max);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor clamp_min(Scalar min) => clamp(min, null as Scalar);

        public Tensor clamp_max(Scalar max) => clamp(null as Scalar, max);

        public Tensor clamp_min_(Scalar min) => clamp_(min);

        public Tensor clamp_max_(Scalar max) => clamp_(null, max);
    }

    public static Tensor maximum(Tensor left, Tensor right) => left.maximum(right);

    public static Tensor minimum(Tensor left, Tensor right) => left.minimum(right);

    public static Tensor fmax(Tensor left, Tensor right) => left.fmax(right);

    public static Tensor fmin(Tensor left, Tensor right) => left.fmin(right);

    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp_(min, max);

    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);

    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);

    public static Tensor nan_to_num(Tensor input, double nan = 0d, double? posinf = null, double? neginf = null) => input.nan_to_num(nan, posinf, neginf);
}
