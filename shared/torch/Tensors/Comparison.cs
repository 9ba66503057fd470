namespace TorchSharp;

public static partial class torch
{
    // Elements compared with others or examined; the results are booleans.
    public partial class Tensor
    {
        public Tensor isnan() => Native.ts_isnan(this);

        public Tensor isinf() => Native.ts_isinf(this);

        public Tensor isfinite() => Native.ts_isfinite(this);

        public Tensor isposinf() => Native.ts_isposinf(this);

        public Tensor isneginf() => Native.ts_isneginf(this);

        public Tensor signbit() => Native.ts_signbit(this);

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

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => Native.ts_isclose(this, other, rtol, atol, nanEqual ? 1 : 0);

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => Native.ts_allclose(this, target, rtol, atol, equal_nan ? 1 : 0).Yes;

        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Same shape and same elements.</summary>
        public bool Equals(Tensor target) => target is not null && Native.ts_equal(this, target).Yes;

        /// <summary>Where the condition holds this, elsewhere y.</summary>
        public Tensor where(Tensor condition, Tensor y) => Native.ts_where(condition, this, y);
    }

    public static Tensor isnan(Tensor input) => input.isnan();

    public static Tensor isinf(Tensor input) => input.isinf();

    public static Tensor isfinite(Tensor input) => input.isfinite();

    public static Tensor isposinf(Tensor input) => input.isposinf();

    public static Tensor isneginf(Tensor input) => input.isneginf();

    public static Tensor signbit(Tensor input) => input.signbit();

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

    public static bool allclose(Tensor target, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => target.allclose(other, rtol, atol, equal_nan);

    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => tensor.isclose(other, rtol, atol, nanEqual);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);

    public static Tensor[] where(Tensor condition) => Handles.Take(Native.ts_where_list(condition));
}
