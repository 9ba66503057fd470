using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Compression;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>
/// Messages out of a body: each is a flag (0 plain, 1 compressed), a length of four bytes, big-endian, and so many bytes. No more is buffered than
/// one message and what came along with it; whoever does not read makes the sender wait.
/// </summary>
/// <param name="body">The body.</param>
/// <param name="maximum">The largest message that is taken, in bytes as it is and after decompression; null for any.</param>
/// <param name="encodings">What can be decompressed.</param>
internal sealed class FrameReader(PipeReader body, int? maximum, Encodings encodings)
{
    private const int HeaderSize = 5;

    /// <summary>The far end's <c>grpc-encoding</c>; null without one.</summary>
    public string? Encoding { get; set; }

    /// <summary>The next message; null at the end of the body.</summary>
    /// <exception cref="RpcException">
    /// <see cref="StatusCode.Internal"/>: the frame is damaged or cut off. <see cref="StatusCode.ResourceExhausted"/>: it is too long.
    /// <see cref="StatusCode.Unimplemented"/>: it is compressed in an unknown way.
    /// </exception>
    public async ValueTask<T?> ReadAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellation)
        where T : class
    {
        while (true)
        {
            var result = await body.ReadAsync(cancellation);
            if (result.IsCanceled) throw new OperationCanceledException(cancellation);
            var buffer = result.Buffer;
            if (Header(buffer) is var (isCompressed, length) && buffer.Length >= HeaderSize + (long)length)
            {
                var payload = buffer.Slice(HeaderSize, length);
                try
                {
                    return deserializer(new Payload(isCompressed ? Decompressed(payload) : payload));
                }
                finally
                {
                    body.AdvanceTo(payload.End);
                }
            }
            if (result.IsCompleted)
            {
                if (buffer.IsEmpty) return null;
                body.AdvanceTo(buffer.Start);
                throw Failure(StatusCode.Internal, "Incomplete message.");
            }
            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Reads what must be the only message.</summary>
    /// <exception cref="RpcException">There is none, or another one follows, or as for <see cref="ReadAsync"/>.</exception>
    public async ValueTask<T> ReadSingleAsync<T>(Func<DeserializationContext, T> deserializer, CancellationToken cancellation)
        where T : class
    {
        var message = await ReadAsync(deserializer, cancellation) ?? throw Failure(StatusCode.Internal, "Incomplete message.");
        var result = await body.ReadAsync(cancellation);
        var isOver = result.IsCompleted && result.Buffer.IsEmpty;
        body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        return isOver ? message : throw Failure(StatusCode.Internal, "Additional data after the message received.");
    }

    private (bool IsCompressed, int Length)? Header(ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < HeaderSize) return null;
        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        var problem = header[0] > 1 ? Failure(StatusCode.Internal, "Unexpected compressed flag value in message header.")
            : length > (uint)(maximum ?? int.MaxValue) ? TooLong() // refused by its announcement: nothing of it need arrive
            : null;
        if (problem is null) return (header[0] == 1, (int)length);
        body.AdvanceTo(buffer.Start);
        throw problem;
    }

    private ReadOnlySequence<byte> Decompressed(ReadOnlySequence<byte> payload)
    {
        if (Encoding is null or Encodings.Identity) throw Failure(StatusCode.Internal, "Request did not include grpc-encoding value with compressed message.");
        var provider = encodings.Find(Encoding) ?? throw Failure(StatusCode.Unimplemented, $"Unsupported grpc-encoding value '{Encoding}'. Supported encodings: {encodings.Names}");
        var plain = new ArrayBufferWriter<byte>();
        try
        {
            using var source = provider.CreateDecompressionStream(new MemoryStream(payload.ToArray(), writable: false));
            int read;
            while ((read = source.Read(plain.GetSpan(4096))) > 0)
            {
                plain.Advance(read);
                // A few bytes may unpack to gigabytes: stop where the limit is.
                if (plain.WrittenCount > (maximum ?? int.MaxValue)) throw TooLong();
            }
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"A message that claims to be {Encoding} is not.", e));
        }
        return new ReadOnlySequence<byte>(plain.WrittenMemory);
    }

    private static RpcException TooLong() => Failure(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size.");

    private static RpcException Failure(StatusCode code, string detail) => new(new Status(code, detail));

    private sealed class Payload(ReadOnlySequence<byte> bytes) : DeserializationContext
    {
        public override int PayloadLength => (int)bytes.Length;

        public override byte[] PayloadAsNewBuffer() => bytes.ToArray();

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => bytes;
    }
}
