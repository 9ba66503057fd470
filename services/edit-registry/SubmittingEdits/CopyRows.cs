using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>
/// Rows in the form that <c>COPY … (FORMAT BINARY)</c> reads: a header, for each row the number of its fields and each field behind its length, and a trailer (Postgres' documentation, "COPY",
/// binary format). A stream of edits is bound by the work for a row, and fields written through parameters were a large part of it.
/// </summary>
internal sealed class CopyRows
{
    private static readonly DateTimeOffset s_epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ArrayBufferWriter<byte> bytes = new(1 << 20);

    public CopyRows()
    {
        bytes.Write("PGCOPY"u8);
        bytes.Write<byte>([(byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0]);
        // Neither flags nor an extension of the header.
        Int(0);
        Int(0);
    }

    /// <summary>What was written since it was last cleared.</summary>
    public ReadOnlyMemory<byte> Written => bytes.WrittenMemory;

    public void Clear() => bytes.ResetWrittenCount();

    public void Row(short fields)
    {
        BinaryPrimitives.WriteInt16BigEndian(bytes.GetSpan(sizeof(short)), fields);
        bytes.Advance(sizeof(short));
    }

    public void End() => Row(-1);

    public void Field(Guid value)
    {
        Int(16);
        value.TryWriteBytes(bytes.GetSpan(16), bigEndian: true, out var written);
        bytes.Advance(written);
    }

    public void Field(long value)
    {
        Int(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), value);
        bytes.Advance(sizeof(long));
    }

    public void Field(bool value)
    {
        Int(1);
        bytes.GetSpan(1)[0] = value ? (byte)1 : (byte)0;
        bytes.Advance(1);
    }

    public void Field(string? value)
    {
        if (value is null)
        {
            Int(-1);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Int(length);
        bytes.Advance(Encoding.UTF8.GetBytes(value, bytes.GetSpan(length)));
    }

    /// <summary>A moment, in microseconds since 2000.</summary>
    public void Field(DateTimeOffset? value)
    {
        if (value is { } moment) Field((moment - s_epoch).Ticks / TimeSpan.TicksPerMicrosecond);
        else Int(-1);
    }

    private void Int(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), value);
        bytes.Advance(sizeof(int));
    }
}
