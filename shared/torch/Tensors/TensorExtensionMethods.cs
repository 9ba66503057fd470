using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace TorchSharp;

public static class TensorExtensionMethods
{
    public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);

    public static float ToSingle(this Tensor value) => value.ToScalar().ToSingle();

    public static double ToDouble(this Tensor value) => value.ToScalar().ToDouble();

    public static Half ToHalf(this Tensor value) => value.ToScalar().ToHalf();

    public static sbyte ToSByte(this Tensor value) => value.ToScalar().ToSByte();

    public static byte ToByte(this Tensor value) => value.ToScalar().ToByte();

    public static short ToInt16(this Tensor value) => value.ToScalar().ToInt16();

    public static int ToInt32(this Tensor value) => value.ToScalar().ToInt32();

    public static long ToInt64(this Tensor value) => value.ToScalar().ToInt64();

    public static bool ToBoolean(this Tensor value) => value.ToScalar().ToBoolean();

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, static (product, size) => product * size);

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.ComplexFloat64 => 16,
        _ => 8,
    };

    /// <summary>A short text: type, shape and values of small tensors.</summary>
    public static string str(this Tensor tensor, string? fltFormat = null)
    {
        if (tensor.numel() > 1000 || tensor.dtype == ScalarType.BFloat16 && tensor.numel() == 0) return tensor.ToString();
        using var values = tensor.detach().to(ScalarType.Float64).cpu();
        return $"{tensor} = [{string.Join(", ", values.flatten().data<double>().Select(v => v.ToString(fltFormat ?? "g5", System.Globalization.CultureInfo.InvariantCulture)))}]";
    }

    /// <summary>Writes type, shape and data in TorchSharp's own format.</summary>
    public static void Save(this Tensor tensor, BinaryWriter writer)
    {
        using var here = tensor.detach().cpu().contiguous();
        writer.Encode((int)here.dtype);
        writer.Encode(here.ndim);
        foreach (var size in here.shape) writer.Encode(size);
        writer.Flush();
        here.WriteBytesToStream(writer.BaseStream);
    }

    /// <summary>Fills a tensor of the same type and shape from TorchSharp's own format.</summary>
    public static void Load(this Tensor tensor, BinaryReader reader)
    {
        var type = (ScalarType)reader.Decode();
        var sizes = new long[reader.Decode()];
        for (var i = 0; i < sizes.Length; i++) sizes[i] = reader.Decode();
        if (type != tensor.dtype) throw new ArgumentException("Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        if (!sizes.AsSpan().SequenceEqual(tensor.shape)) throw new ArgumentException("Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        using var scope = NewDisposeScope();
        var read = empty(sizes, type);
        read.ReadBytesFromStream(reader.BaseStream);
        using var off = no_grad();
        tensor.copy_(read);
    }

    // Lengths are LEB128: seven bits a byte, the lowest first.
    internal static void Encode(this BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    internal static long Decode(this BinaryReader reader) => reader.Read7BitEncodedInt64();
}
