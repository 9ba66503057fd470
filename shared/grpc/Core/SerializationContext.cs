using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a marshaller puts one message: either a whole array, or the wire's own buffer.</summary>
public abstract class SerializationContext
{
    /// <summary>The message is this array; it may not change afterwards.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException();

    /// <summary>The buffer to write the message into, after <see cref="SetPayloadLength"/> if the length is known.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException();

    /// <summary>Says how long the message will be, in bytes.</summary>
    public virtual void SetPayloadLength(int payloadLength)
    {
        // A hint: a context that needs no length may ignore it.
    }

    /// <summary>The message is all in the buffer.</summary>
    public virtual void Complete() => throw new NotSupportedException();
}

/// <summary>Collects a message as an array.</summary>
internal sealed class ArrayContext : SerializationContext
{
    private ArrayBufferWriter<byte>? _buffer;

    public byte[] Payload { get; private set; } = [];

    public override void Complete(byte[] payload) => Payload = payload;

    public override IBufferWriter<byte> GetBufferWriter() => _buffer ??= new ArrayBufferWriter<byte>();

    public override void Complete() => Payload = _buffer is null ? [] : _buffer.WrittenSpan.ToArray();
}
