using System.Runtime.InteropServices.Marshalling;

namespace TorchSharp;

/// <summary>A number of any element type, as operators take it. Numbers convert to it implicitly.</summary>
[NativeMarshalling(typeof(ScalarMarshaller))]
public sealed class Scalar : IDisposable
{
    internal readonly Number Number;

    internal Scalar(Number number, torch.ScalarType type)
    {
        Number = number;
        Type = type;
    }

    public torch.ScalarType Type { get; }

    internal double Double => Number.Kind == 1 ? BitConverter.Int64BitsToDouble(Number.Bits) : Number.Bits;

    internal long Long => Number.Kind == 1 ? (long)Double : Number.Bits;

    public static implicit operator Scalar(byte value) => value.ToScalar();

    public static implicit operator Scalar(sbyte value) => value.ToScalar();

    public static implicit operator Scalar(short value) => value.ToScalar();

    public static implicit operator Scalar(int value) => value.ToScalar();

    public static implicit operator Scalar(long value) => value.ToScalar();

    public static implicit operator Scalar(Half value) => value.ToScalar();

    public static implicit operator Scalar(float value) => value.ToScalar();

    public static implicit operator Scalar(double value) => value.ToScalar();

    public static implicit operator Scalar(bool value) => value.ToScalar();

    /// <summary>Nothing to release here; the official class holds a native object.</summary>
    public void Dispose() { }
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => new((long)value, torch.ScalarType.Byte);

    public static Scalar ToScalar(this sbyte value) => new((long)value, torch.ScalarType.Int8);

    public static Scalar ToScalar(this short value) => new((long)value, torch.ScalarType.Int16);

    public static Scalar ToScalar(this int value) => new((long)value, torch.ScalarType.Int32);

    public static Scalar ToScalar(this long value) => new(value, torch.ScalarType.Int64);

    public static Scalar ToScalar(this Half value) => new((double)value, torch.ScalarType.Float16);

    public static Scalar ToScalar(this float value) => new((double)value, torch.ScalarType.Float32);

    public static Scalar ToScalar(this double value) => new(value, torch.ScalarType.Float64);

    public static Scalar ToScalar(this bool value) => new(value, torch.ScalarType.Bool);

    public static Scalar ToBFloat16Scalar(this float value) => new((double)value, torch.ScalarType.BFloat16);

    public static Scalar ToFloat16Scalar(this float value) => new((double)value, torch.ScalarType.Float16);

    public static float ToSingle(this Scalar value) => (float)value.Double;

    public static double ToDouble(this Scalar value) => value.Double;

    public static Half ToHalf(this Scalar value) => (Half)value.Double;

    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.Long);

    public static byte ToByte(this Scalar value) => checked((byte)value.Long);

    public static short ToInt16(this Scalar value) => checked((short)value.Long);

    public static int ToInt32(this Scalar value) => checked((int)value.Long);

    public static long ToInt64(this Scalar value) => value.Long;

    public static bool ToBoolean(this Scalar value) => value.Double != 0;
}
