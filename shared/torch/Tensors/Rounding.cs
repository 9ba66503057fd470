namespace TorchSharp;

public static partial class torch
{
    // Every element rounded, or reduced to its sign or size.
    public partial class Tensor
    {
        public Tensor abs() => Native.ts_abs(this);

        public Tensor abs_()
        {
            Native.ts_abs_(this);
            return this;
        }

        public Tensor floor() => Native.ts_floor(this);

        public Tensor floor_()
        {
            Native.ts_floor_(this);
            return this;
        }

        public Tensor ceil() => Native.ts_ceil(this);

        public Tensor ceil_()
        {
            Native.ts_ceil_(this);
            return this;
        }

        public Tensor trunc() => Native.ts_trunc(this);

        public Tensor trunc_()
        {
            Native.ts_trunc_(this);
            return this;
        }

        public Tensor frac() => Native.ts_frac(this);

        public Tensor frac_()
        {
            Native.ts_frac_(this);
            return this;
        }

        public Tensor sign() => Native.ts_sign(this);

        public Tensor sign_()
        {
            Native.ts_sign_(this);
            return this;
        }

        public Tensor sgn() => Native.ts_sgn(this);

        public Tensor sgn_()
        {
            Native.ts_sgn_(this);
            return this;
        }

        public Tensor absolute() => Native.ts_abs(this);

        public Tensor absolute_()
        {
            Native.ts_abs_(this);
            return this;
        }

        public Tensor round(long decimals = 0L) => decimals == 0 ? Native.ts_round(this) : Native.ts_round_decimals(this, decimals);

        public Tensor round_(long decimals = 0L)
        {
            if (decimals == 0) Native.ts_round_(this);
            else copy_(round(decimals));
            return this;
        }
    }

    public static Tensor abs(Tensor input) => input.abs();

    public static Tensor floor(Tensor input) => input.floor();

    public static Tensor ceil(Tensor input) => input.ceil();

    public static Tensor trunc(Tensor input) => input.trunc();

    public static Tensor frac(Tensor input) => input.frac();

    public static Tensor sign(Tensor input) => input.sign();

    public static Tensor sgn(Tensor input) => input.sgn();

    public static Tensor abs_(Tensor input) => input.abs_();

    public static Tensor floor_(Tensor input) => input.floor_();

    public static Tensor ceil_(Tensor input) => input.ceil_();

    public static Tensor round(Tensor input, long decimals = 0L) => input.round(decimals);
}
