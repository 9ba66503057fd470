namespace TorchSharp;

public static partial class torch
{
    // Sums, products and quotients of every element; a trailing underscore works in place and returns the same tensor.
    public partial class Tensor
    {
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
    }

    public static Tensor positive(Tensor input) => input.positive();

    public static Tensor neg(Tensor input) => input.neg();

    public static Tensor negative(Tensor input) => input.negative();

    public static Tensor neg_(Tensor input) => input.neg_();

    public static Tensor add(Tensor left, Tensor right) => left.add(right);

    public static Tensor add(Tensor left, Scalar right) => left.add(right);

    public static Tensor add(Tensor left, Tensor right, Scalar alpha) => left.add(right, alpha);

    public static Tensor sub(Tensor left, Tensor right) => left.sub(right);

    public static Tensor sub(Tensor left, Scalar right) => left.sub(right);

    public static Tensor sub(Tensor left, Tensor right, Scalar alpha) => left.sub(right, alpha);

    public static Tensor mul(Tensor left, Tensor right) => left.mul(right);

    public static Tensor mul(Tensor left, Scalar right) => left.mul(right);

    public static Tensor remainder(Tensor left, Tensor right) => left.remainder(right);

    public static Tensor remainder(Tensor left, Scalar right) => left.remainder(right);

    public static Tensor fmod(Tensor left, Tensor right) => left.fmod(right);

    public static Tensor fmod(Tensor left, Scalar right) => left.fmod(right);

    public static Tensor floor_divide(Tensor left, Tensor right) => left.floor_divide(right);

    public static Tensor floor_divide(Tensor left, Scalar right) => left.floor_divide(right);

    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) => left.div(right, rounding_mode);

    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcmul(tensor1, tensor2, value);

    public static Tensor addcdiv(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) => input.addcdiv(tensor1, tensor2, value);

    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);

    /// <summary>How a division is rounded; the numbers are the native library's.</summary>
    public enum RoundingMode
    {
        None = 0,
        trunc = 1,
        floor = 2,
    }
}
