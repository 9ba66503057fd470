namespace TorchSharp;

public static partial class torch
{
    // Circular and hyperbolic functions of every element.
    public partial class Tensor
    {
        public Tensor sin() => Native.ts_sin(this);

        public Tensor sin_()
        {
            Native.ts_sin_(this);
            return this;
        }

        public Tensor cos() => Native.ts_cos(this);

        public Tensor cos_()
        {
            Native.ts_cos_(this);
            return this;
        }

        public Tensor tan() => Native.ts_tan(this);

        public Tensor tan_()
        {
            Native.ts_tan_(this);
            return this;
        }

        public Tensor asin() => Native.ts_asin(this);

        public Tensor asin_()
        {
            Native.ts_asin_(this);
            return this;
        }

        public Tensor acos() => Native.ts_acos(this);

        public Tensor acos_()
        {
            Native.ts_acos_(this);
            return this;
        }

        public Tensor atan() => Native.ts_atan(this);

        public Tensor atan_()
        {
            Native.ts_atan_(this);
            return this;
        }

        public Tensor sinh() => Native.ts_sinh(this);

        public Tensor sinh_()
        {
            Native.ts_sinh_(this);
            return this;
        }

        public Tensor cosh() => Native.ts_cosh(this);

        public Tensor cosh_()
        {
            Native.ts_cosh_(this);
            return this;
        }

        public Tensor asinh() => Native.ts_asinh(this);

        public Tensor asinh_()
        {
            Native.ts_asinh_(this);
            return this;
        }

        public Tensor acosh() => Native.ts_acosh(this);

        public Tensor acosh_()
        {
            Native.ts_acosh_(this);
            return this;
        }

        public Tensor atanh() => Native.ts_atanh(this);

        public Tensor atanh_()
        {
            Native.ts_atanh_(this);
            return this;
        }

        public Tensor atan2(Tensor other) => Native.ts_atan2(this, other);

        public Tensor hypot(Tensor other) => Native.ts_hypot(this, other);
    }

    public static Tensor sin(Tensor input) => input.sin();

    public static Tensor cos(Tensor input) => input.cos();

    public static Tensor tan(Tensor input) => input.tan();

    public static Tensor asin(Tensor input) => input.asin();

    public static Tensor acos(Tensor input) => input.acos();

    public static Tensor atan(Tensor input) => input.atan();

    public static Tensor sinh(Tensor input) => input.sinh();

    public static Tensor cosh(Tensor input) => input.cosh();

    public static Tensor asinh(Tensor input) => input.asinh();

    public static Tensor acosh(Tensor input) => input.acosh();

    public static Tensor atanh(Tensor input) => input.atanh();

    public static Tensor sin_(Tensor input) => input.sin_();

    public static Tensor cos_(Tensor input) => input.cos_();

    public static Tensor atan2(Tensor left, Tensor right) => left.atan2(right);

    public static Tensor hypot(Tensor left, Tensor right) => left.hypot(right);
}
