namespace TorchSharp;

public static partial class torch
{
    // Elements as truth values and as bits.
    public partial class Tensor
    {
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

        public Tensor bitwise_left_shift(Tensor other) => Native.ts_bitwise_left_shift(this, other);

        public Tensor bitwise_right_shift(Tensor other) => Native.ts_bitwise_right_shift(this, other);
    }

    public static Tensor logical_not(Tensor input) => input.logical_not();

    public static Tensor bitwise_not(Tensor input) => input.bitwise_not();

    public static Tensor bitwise_and(Tensor left, Tensor right) => left.bitwise_and(right);

    public static Tensor bitwise_or(Tensor left, Tensor right) => left.bitwise_or(right);

    public static Tensor bitwise_xor(Tensor left, Tensor right) => left.bitwise_xor(right);

    public static Tensor logical_and(Tensor left, Tensor right) => left.logical_and(right);

    public static Tensor logical_or(Tensor left, Tensor right) => left.logical_or(right);

    public static Tensor logical_xor(Tensor left, Tensor right) => left.logical_xor(right);
}
