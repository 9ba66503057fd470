using System.Buffers;

namespace Grpc.Core;

/// <summary>The bytes of one message that has arrived.</summary>
public abstract class DeserializationContext
{
    /// <summary>How long the message is, in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>The message as an array of the reader's own.</summary>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotSupportedException();

    /// <summary>The message where it lies; valid only until the marshaller returns.</summary>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotSupportedException();
}

/// <summary>A message that is an array.</summary>
internal sealed class ArrayPayload(byte[] bytes) : DeserializationContext
{
    public override int PayloadLength => bytes.Length;

    public override byte[] PayloadAsNewBuffer() => bytes;

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(bytes);
}
