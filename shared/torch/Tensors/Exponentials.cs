namespace TorchSharp;

public static partial class torch
{
    // Powers, exponentials, logarithms and the special functions beside them, of every element.
    public partial class Tensor
    {
        public Tensor exp() => Native.ts_exp(this);

        public Tensor exp_()
        {
            Native.ts_exp_(this);
            return this;
        }

        public Tensor exp2() => Native.ts_exp2(this);

        public Tensor exp2_()
        {
            Native.ts_exp2_(this);
            return this;
        }

        public Tensor expm1() => Native.ts_expm1(this);

        public Tensor expm1_()
        {
            Native.ts_expm1_(this);
            return this;
        }

        public Tensor log() => Native.ts_log(this);

        public Tensor log_()
        {
            Native.ts_log_(this);
            return this;
        }

        public Tensor log2() => Native.ts_log2(this);

        public Tensor log2_()
        {
            Native.ts_log2_(this);
            return this;
        }

        public Tensor log10() => Native.ts_log10(this);

        public Tensor log10_()
        {
            Native.ts_log10_(this);
            return this;
        }

        public Tensor log1p() => Native.ts_log1p(this);

        public Tensor log1p_()
        {
            Native.ts_log1p_(this);
            return this;
        }

        public Tensor sqrt() => Native.ts_sqrt(this);

        public Tensor sqrt_()
        {
            Native.ts_sqrt_(this);
            return this;
        }

        public Tensor rsqrt() => Native.ts_rsqrt(this);

        public Tensor rsqrt_()
        {
            Native.ts_rsqrt_(this);
            return this;
        }

        public Tensor square() => Native.ts_square(this);

        public Tensor square_()
        {
            Native.ts_square_(this);
            return this;
        }

        public Tensor reciprocal() => Native.ts_reciprocal(this);

        public Tensor reciprocal_()
        {
            Native.ts_reciprocal_(this);
            return this;
        }

        public Tensor erf() => Native.ts_erf(this);

        public Tensor erf_()
        {
            Native.ts_erf_(this);
            return this;
        }

        public Tensor erfc() => Native.ts_erfc(this);

        public Tensor erfc_()
        {
            Native.ts_erfc_(this);
            return this;
        }

        public Tensor erfinv() => Native.ts_erfinv(this);

        public Tensor erfinv_()
        {
            Native.ts_erfinv_(this);
            return this;
        }

        public Tensor lgamma() => Native.ts_lgamma(this);

        public Tensor lgamma_()
        {
            Native.ts_lgamma_(this);
            return this;
        }

        public Tensor digamma() => Native.ts_digamma(this);

        public Tensor digamma_()
        {
            Native.ts_digamma_(this);
            return this;
        }

        public Tensor logit(double? eps = null) => Native.ts_logit(this, eps ?? -1);

        public Tensor pow(Tensor exponent) => Native.ts_pow(this, exponent);

        public Tensor pow(Scalar exponent) => Native.ts_pow_scalar(this, exponent);

        public Tensor pow_(Tensor exponent)
        {
            Native.ts_pow_(this, exponent);
            return this;
        }

        public Tensor pow_(Scalar exponent)
        {
            Native.ts_pow_scalar_(this, exponent);
            return this;
        }

        public Tensor logaddexp(Tensor other) => Native.ts_logaddexp(this, other);

        public Tensor logaddexp2(Tensor other) => Native.ts_logaddexp2(this, other);

        public Tensor xlogy(Tensor other) => Native.ts_xlogy(this, other);
    }

    public static Tensor exp(Tensor input) => input.exp();

    public static Tensor exp2(Tensor input) => input.exp2();

    public static Tensor expm1(Tensor input) => input.expm1();

    public static Tensor log(Tensor input) => input.log();

    public static Tensor log2(Tensor input) => input.log2();

    public static Tensor log10(Tensor input) => input.log10();

    public static Tensor log1p(Tensor input) => input.log1p();

    public static Tensor sqrt(Tensor input) => input.sqrt();

    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    public static Tensor square(Tensor input) => input.square();

    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    public static Tensor erf(Tensor input) => input.erf();

    public static Tensor erfc(Tensor input) => input.erfc();

    public static Tensor erfinv(Tensor input) => input.erfinv();

    public static Tensor lgamma(Tensor input) => input.lgamma();

    public static Tensor digamma(Tensor input) => input.digamma();

    public static Tensor exp_(Tensor input) => input.exp_();

    public static Tensor sqrt_(Tensor input) => input.sqrt_();

    public static Tensor rsqrt_(Tensor input) => input.rsqrt_();

    public static Tensor log_(Tensor input) => input.log_();

    public static Tensor pow(Tensor left, Tensor right) => left.pow(right);

    public static Tensor pow(Tensor left, Scalar right) => left.pow(right);

    public static Tensor pow(Scalar left, Tensor right) => Native.ts_pow_base(left, right);

    public static Tensor logaddexp(Tensor left, Tensor right) => left.logaddexp(right);

    public static Tensor logaddexp2(Tensor left, Tensor right) => left.logaddexp2(right);

    public static Tensor xlogy(Tensor left, Tensor right) => left.xlogy(right);
}
