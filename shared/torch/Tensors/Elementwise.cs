namespace TorchSharp;

public static partial class torch
{
    // Elementwise operators; a trailing underscore works in place and returns the same tensor.
    public partial class Tensor
    {
        public Tensor abs() => Native.ts_abs(this);

        public Tensor abs_()
        {
            Native.ts_abs_(this);
            return this;
        }

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

        public Tensor tanh() => Native.ts_tanh(this);

        public Tensor tanh_()
        {
            Native.ts_tanh_(this);
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

        public Tensor sigmoid() => Native.ts_sigmoid(this);

        public Tensor sigmoid_()
        {
            Native.ts_sigmoid_(this);
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

        public Tensor logical_not() => Native.ts_logical_not(this);

        public Tensor logical_not_()
        {
            Native.ts_logical_not_(this);
            return this;
        }

        public Tensor bitwise_not() => Native.ts_bitwise_not(this);

        public Tensor bitwise_not_()
        {
            Native.ts_bitwise_not_(this);
            return this;
        }

        public Tensor relu() => Native.ts_relu(this);

        public Tensor relu_()
        {
            Native.ts_relu_(this);
            return this;
        }

        public Tensor isnan() => Native.ts_isnan(this);

        public Tensor isinf() => Native.ts_isinf(this);

        public Tensor isfinite() => Native.ts_isfinite(this);

        public Tensor isposinf() => Native.ts_isposinf(this);

        public Tensor isneginf() => Native.ts_isneginf(this);

        public Tensor signbit() => Native.ts_signbit(this);

        public Tensor positive() => Native.ts_positive(this);

        public Tensor neg() => Native.ts_neg(this);

        public Tensor neg_()
        {
            Native.ts_neg_(this);
            return this;
        }

        public Tensor negative() => Native.ts_neg(this);

        public Tensor negative_()
        {
            Native.ts_neg_(this);
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

        public Tensor logit(double? eps = null) => Native.ts_logit(this, eps ?? -1);

        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) =>
            Native.ts_nan_to_num(this, nan, posinf.HasValue ? 1 : 0, posinf ?? 0, neginf.HasValue ? 1 : 0, neginf ?? 0);

        public Tensor zero_()
        {
            Native.ts_zero_(this);
            return this;
        }

        public Tensor fill_(Scalar value)
        {
            Native.ts_fill_(this, value);
            return this;
        }

        public Tensor add(Tensor target) => Native.ts_add(this, target, one);

        public Tensor add(Tensor target, Scalar alpha) => Native.ts_add(this, target, alpha);

        public Tensor add(Scalar scalar) => Native.ts_add_scalar(this, scalar, one);

        public Tensor add(Scalar scalar, Scalar alpha) => Native.ts_add_scalar(this, scalar, alpha);

        public Tensor add_(Tensor target) => add_(target, one);

        public Tensor add_(Tensor target, Scalar alpha)
        {
            Native.ts_add_(this, target, alpha);
            return this;
        }

        public Tensor add_(Scalar scalar) => add_(scalar, one);

        public Tensor add_(Scalar scalar, Scalar alpha)
        {
            Native.ts_add_scalar_(this, scalar, alpha);
            return this;
        }

        public Tensor sub(Tensor target) => Native.ts_sub(this, target, one);

        public Tensor sub(Tensor target, Scalar alpha) => Native.ts_sub(this, target, alpha);

        public Tensor sub(Scalar scalar) => Native.ts_sub_scalar(this, scalar, one);

        public Tensor sub(Scalar scalar, Scalar alpha) => Native.ts_sub_scalar(this, scalar, alpha);

        public Tensor sub_(Tensor target) => sub_(target, one);

        public Tensor sub_(Tensor target, Scalar alpha)
        {
            Native.ts_sub_(this, target, alpha);
            return this;
        }

        public Tensor sub_(Scalar scalar) => sub_(scalar, one);

        public Tensor sub_(Scalar scalar, Scalar alpha)
        {
            Native.ts_sub_scalar_(this, scalar, alpha);
            return this;
        }

        private static readonly Scalar one = 1L.ToScalar();

        public Tensor mul(Tensor target) => Native.ts_mul(this, target);

        public Tensor mul(Scalar target) => Native.ts_mul_scalar(this, target);

        public Tensor mul_(Tensor target)
        {
            Native.ts_mul_(this, target);
            return this;
        }

        public Tensor mul_(Scalar target)
        {
            Native.ts_mul_scalar_(this, target);
            return this;
        }

        public Tensor multiply(Tensor target) => Native.ts_mul(this, target);

        public Tensor multiply(Scalar target) => Native.ts_mul_scalar(this, target);

        public Tensor multiply_(Tensor target)
        {
            Native.ts_mul_(this, target);
            return this;
        }

        public Tensor multiply_(Scalar target)
        {
            Native.ts_mul_scalar_(this, target);
            return this;
        }

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

        public Tensor remainder(Tensor other) => Native.ts_remainder(this, other);

        public Tensor remainder(Scalar other) => Native.ts_remainder_scalar(this, other);

        public Tensor remainder_(Tensor other)
        {
            Native.ts_remainder_(this, other);
            return this;
        }

        public Tensor remainder_(Scalar other)
        {
            Native.ts_remainder_scalar_(this, other);
            return this;
        }

        public Tensor fmod(Tensor other) => Native.ts_fmod(this, other);

        public Tensor fmod(Scalar other) => Native.ts_fmod_scalar(this, other);

        public Tensor fmod_(Tensor other)
        {
            Native.ts_fmod_(this, other);
            return this;
        }

        public Tensor fmod_(Scalar other)
        {
            Native.ts_fmod_scalar_(this, other);
            return this;
        }

        public Tensor eq(Tensor target) => Native.ts_eq(this, target);

        public Tensor eq(Scalar target) => Native.ts_eq_scalar(this, target);

        public Tensor eq_(Tensor target)
        {
            Native.ts_eq_(this, target);
            return this;
        }

        public Tensor eq_(Scalar target)
        {
            Native.ts_eq_scalar_(this, target);
            return this;
        }

        public Tensor ne(Tensor target) => Native.ts_ne(this, target);

        public Tensor ne(Scalar target) => Native.ts_ne_scalar(this, target);

        public Tensor ne_(Tensor target)
        {
            Native.ts_ne_(this, target);
            return this;
        }

        public Tensor ne_(Scalar target)
        {
            Native.ts_ne_scalar_(this, target);
            return this;
        }

        public Tensor lt(Tensor target) => Native.ts_lt(this, target);

        public Tensor lt(Scalar target) => Native.ts_lt_scalar(this, target);

        public Tensor lt_(Tensor target)
        {
            Native.ts_lt_(this, target);
            return this;
        }

        public Tensor lt_(Scalar target)
        {
            Native.ts_lt_scalar_(this, target);
            return this;
        }

        public Tensor le(Tensor target) => Native.ts_le(this, target);

        public Tensor le(Scalar target) => Native.ts_le_scalar(this, target);

        public Tensor le_(Tensor target)
        {
            Native.ts_le_(this, target);
            return this;
        }

        public Tensor le_(Scalar target)
        {
            Native.ts_le_scalar_(this, target);
            return this;
        }

        public Tensor gt(Tensor target) => Native.ts_gt(this, target);

        public Tensor gt(Scalar target) => Native.ts_gt_scalar(this, target);

        public Tensor gt_(Tensor target)
        {
            Native.ts_gt_(this, target);
            return this;
        }

        public Tensor gt_(Scalar target)
        {
            Native.ts_gt_scalar_(this, target);
            return this;
        }

        public Tensor ge(Tensor target) => Native.ts_ge(this, target);

        public Tensor ge(Scalar target) => Native.ts_ge_scalar(this, target);

        public Tensor ge_(Tensor target)
        {
            Native.ts_ge_(this, target);
            return this;
        }

        public Tensor ge_(Scalar target)
        {
            Native.ts_ge_scalar_(this, target);
            return this;
        }

        public Tensor not_equal(Tensor target) => Native.ts_ne(this, target);

        public Tensor not_equal(Scalar target) => Native.ts_ne_scalar(this, target);

        public Tensor less(Tensor target) => Native.ts_lt(this, target);

        public Tensor less(Scalar target) => Native.ts_lt_scalar(this, target);

        public Tensor less_equal(Tensor target) => Native.ts_le(this, target);

        public Tensor less_equal(Scalar target) => Native.ts_le_scalar(this, target);

        public Tensor greater(Tensor target) => Native.ts_gt(this, target);

        public Tensor greater(Scalar target) => Native.ts_gt_scalar(this, target);

        public Tensor greater_equal(Tensor target) => Native.ts_ge(this, target);

        public Tensor greater_equal(Scalar target) => Native.ts_ge_scalar(this, target);

        public Tensor bitwise_and(Tensor other) => Native.ts_bitwise_and(this, other);

        public Tensor bitwise_and_(Tensor other)
        {
            Native.ts_bitwise_and_(this, other);
            return this;
        }

        public Tensor bitwise_or(Tensor other) => Native.ts_bitwise_or(this, other);

        public Tensor bitwise_or_(Tensor other)
        {
            Native.ts_bitwise_or_(this, other);
            return this;
        }

        public Tensor bitwise_xor(Tensor other) => Native.ts_bitwise_xor(this, other);

        public Tensor bitwise_xor_(Tensor other)
        {
            Native.ts_bitwise_xor_(this, other);
            return this;
        }

        public Tensor logical_and(Tensor other) => Native.ts_logical_and(this, other);

        public Tensor logical_and_(Tensor other)
        {
            Native.ts_logical_and_(this, other);
            return this;
        }

        public Tensor logical_or(Tensor other) => Native.ts_logical_or(this, other);

        public Tensor logical_or_(Tensor other)
        {
            Native.ts_logical_or_(this, other);
            return this;
        }

        public Tensor logical_xor(Tensor other) => Native.ts_logical_xor(this, other);

        public Tensor logical_xor_(Tensor other)
        {
            Native.ts_logical_xor_(this, other);
            return this;
        }

        public Tensor maximum(Tensor other) => Native.ts_maximum(this, other);

        public Tensor minimum(Tensor other) => Native.ts_minimum(this, other);

        public Tensor fmax(Tensor other) => Native.ts_fmax(this, other);

        public Tensor fmin(Tensor other) => Native.ts_fmin(this, other);

        public Tensor atan2(Tensor other) => Native.ts_atan2(this, other);

        public Tensor hypot(Tensor other) => Native.ts_hypot(this, other);

        public Tensor logaddexp(Tensor other) => Native.ts_logaddexp(this, other);

        public Tensor logaddexp2(Tensor other) => Native.ts_logaddexp2(this, other);

        public Tensor xlogy(Tensor other) => Native.ts_xlogy(this, other);

        public Tensor bitwise_left_shift(Tensor other) => Native.ts_bitwise_left_shift(this, other);

        public Tensor bitwise_right_shift(Tensor other) => Native.ts_bitwise_right_shift(this, other);

        public Tensor floor_divide(Tensor other) => Native.ts_floor_divide(this, other);

        public Tensor floor_divide(Scalar other) => Native.ts_floor_divide_scalar(this, other);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Native.ts_div(this, target, (int)rounding_mode);

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Native.ts_div_scalar(this, target, (int)rounding_mode);

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            Native.ts_div_(this, target, (int)rounding_mode);
            return this;
        }

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
        {
            Native.ts_div_scalar_(this, target, (int)rounding_mode);
            return this;
        }

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

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

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Native.ts_addcmul(this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            Native.ts_addcmul_(this, tensor1, tensor2, value);
            return this;
        }

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Native.ts_addcdiv(this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            Native.ts_addcdiv_(this, tensor1, tensor2, value);
            return this;
        }

        public Tensor lerp(Tensor end, Tensor weight) => Native.ts_lerp(this, end, weight);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => Native.ts_isclose(this, other, rtol, atol, nanEqual ? 1 : 0);

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => Native.ts_allclose(this, target, rtol, atol, equal_nan ? 1 : 0).Yes;

        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Same shape and same elements.</summary>
        public bool Equals(Tensor target) => target is not null && Native.ts_equal(this, target).Yes;

        /// <summary>Where the condition holds this, elsewhere y.</summary>
        public Tensor where(Tensor condition, Tensor y) => Native.ts_where(condition, this, y);

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

        internal static int Code(ScalarType? type) => type.HasValue ? (int)type.Value : -1;
    }

    public static Tensor abs(Tensor input) => input.abs();

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

    public static Tensor sin(Tensor input) => input.sin();

    public static Tensor cos(Tensor input) => input.cos();

    public static Tensor tan(Tensor input) => input.tan();

    public static Tensor asin(Tensor input) => input.asin();

    public static Tensor acos(Tensor input) => input.acos();

    public static Tensor atan(Tensor input) => input.atan();

    public static Tensor sinh(Tensor input) => input.sinh();

    public static Tensor cosh(Tensor input) => input.cosh();

    public static Tensor tanh(Tensor input) => input.tanh();

    public static Tensor asinh(Tensor input) => input.asinh();

    public static Tensor acosh(Tensor input) => input.acosh();

    public static Tensor atanh(Tensor input) => input.atanh();

    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    public static Tensor erf(Tensor input) => input.erf();

    public static Tensor erfc(Tensor input) => input.erfc();

    public static Tensor erfinv(Tensor input) => input.erfinv();

    public static Tensor floor(Tensor input) => input.floor();

    public static Tensor ceil(Tensor input) => input.ceil();

    public static Tensor trunc(Tensor input) => input.trunc();

    public static Tensor frac(Tensor input) => input.frac();

    public static Tensor sign(Tensor input) => input.sign();

    public static Tensor sgn(Tensor input) => input.sgn();

    public static Tensor lgamma(Tensor input) => input.lgamma();

    public static Tensor digamma(Tensor input) => input.digamma();

    public static Tensor logical_not(Tensor input) => input.logical_not();

    public static Tensor bitwise_not(Tensor input) => input.bitwise_not();

    public static Tensor relu(Tensor input) => input.relu();

    public static Tensor isnan(Tensor input) => input.isnan();

    public static Tensor isinf(Tensor input) => input.isinf();

    public static Tensor isfinite(Tensor input) => input.isfinite();

    public static Tensor isposinf(Tensor input) => input.isposinf();

    public static Tensor isneginf(Tensor input) => input.isneginf();

    public static Tensor signbit(Tensor input) => input.signbit();

    public static Tensor positive(Tensor input) => input.positive();

    public static Tensor neg(Tensor input) => input.neg();

    public static Tensor negative(Tensor input) => input.negative();

    public static Tensor exp_(Tensor input) => input.exp_();

    public static Tensor sqrt_(Tensor input) => input.sqrt_();

    public static Tensor rsqrt_(Tensor input) => input.rsqrt_();

    public static Tensor abs_(Tensor input) => input.abs_();

    public static Tensor neg_(Tensor input) => input.neg_();

    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();

    public static Tensor tanh_(Tensor input) => input.tanh_();

    public static Tensor relu_(Tensor input) => input.relu_();

    public static Tensor floor_(Tensor input) => input.floor_();

    public static Tensor ceil_(Tensor input) => input.ceil_();

    public static Tensor log_(Tensor input) => input.log_();

    public static Tensor sin_(Tensor input) => input.sin_();

    public static Tensor cos_(Tensor input) => input.cos_();

    public static Tensor round(Tensor input, long decimals = 0L) => input.round(decimals);

    public static Tensor add(Tensor left, Tensor right) => left.add(right);

    public static Tensor add(Tensor left, Scalar right) => left.add(right);

    public static Tensor add(Tensor left, Tensor right, Scalar alpha) => left.add(right, alpha);

    public static Tensor sub(Tensor left, Tensor right) => left.sub(right);

    public static Tensor sub(Tensor left, Scalar right) => left.sub(right);

    public static Tensor sub(Tensor left, Tensor right, Scalar alpha) => left.sub(right, alpha);

    public static Tensor mul(Tensor left, Tensor right) => left.mul(right);

    public static Tensor mul(Tensor left, Scalar right) => left.mul(right);

    public static Tensor pow(Tensor left, Tensor right) => left.pow(right);

    public static Tensor pow(Tensor left, Scalar right) => left.pow(right);

    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);

    public static Tensor eq(Tensor left, Scalar right) => left.eq(right);

    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);

    public static Tensor ne(Tensor left, Scalar right) => left.ne(right);

    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);

    public static Tensor lt(Tensor left, Scalar right) => left.lt(right);

    public static Tensor le(Tensor left, Tensor right) => left.le(right);

    public static Tensor le(Tensor left, Scalar right) => left.le(right);

    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);

    public static Tensor gt(Tensor left, Scalar right) => left.gt(right);

    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);

    public static Tensor ge(Tensor left, Scalar right) => left.ge(right);

    public static Tensor remainder(Tensor left, Tensor right) => left.remainder(right);

    public static Tensor remainder(Tensor left, Scalar right) => left.remainder(right);

    public static Tensor fmod(Tensor left, Tensor right) => left.fmod(right);

    public static Tensor fmod(Tensor left, Scalar right) => left.fmod(right);

    public static Tensor floor_divide(Tensor left, Tensor right) => left.floor_divide(right);

    public static Tensor floor_divide(Tensor left, Scalar right) => left.floor_divide(right);

    public static Tensor pow(Scalar left, Tensor right) => Native.ts_pow_base(left, right);

    public static Tensor bitwise_and(Tensor left, Tensor right) => left.bitwise_and(right);

    public static Tensor bitwise_or(Tensor left, Tensor right) => left.bitwise_or(right);

    public static Tensor bitwise_xor(Tensor left, Tensor right) => left.bitwise_xor(right);

    public static Tensor logical_and(Tensor left, Tensor right) => left.logical_and(right);

    public static Tensor logical_or(Tensor left, Tensor right) => left.logical_or(right);

    public static Tensor logical_xor(Tensor left, Tensor right) => left.logical_xor(right);

    public static Tensor maximum(Tensor left, Tensor right) => left.maximum(right);

    public static Tensor minimum(Tensor left, Tensor right) => left.minimum(right);

    public static Tensor fmax(Tensor left, Tensor right) => left.fmax(right);

    public static Tensor fmin(Tensor left, Tensor right) => left.fmin(right);

    public static Tensor atan2(Tensor left, Tensor right) => left.atan2(right);

    public static Tensor hypot(Tensor left, Tensor right) => left.hypot(right);

    public static Tensor logaddexp(Tensor left, Tensor right) => left.logaddexp(right);

    public static Tensor logaddexp2(Tensor left, Tensor right) => left.logaddexp2(right);

    public static Tensor xlogy(Tensor left, Tensor right) => left.xlogy(right);

    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp_(min, max);

    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);

    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);

    public static Tensor nan_to_num(Tensor input, double nan = 0d, double? posinf = null, double? neginf = null) => input.nan_to_num(nan, posinf, neginf);

    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul(tensor1, tensor2, value);

    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv(tensor1, tensor2, value);

    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);

    public static bool allclose(Tensor target, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => target.allclose(other, rtol, atol, equal_nan);

    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => tensor.isclose(other, rtol, atol, nanEqual);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);

    public static Tensor[] where(Tensor condition) => Handles.Take(Native.ts_where_list(condition));

    public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

    /// <summary>How a division is rounded; the numbers are the native library's.</summary>
    public enum RoundingMode
    {
        None = 0,
        trunc = 1,
        floor = 2,
    }
}
