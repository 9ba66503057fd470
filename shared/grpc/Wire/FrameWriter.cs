using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Wire;

/// <summary>Turns a message into a frame. One that says its length and is not compressed goes straight into the body's buffer.</summary>
/// <param name="maximum">The longest message that may leave, in bytes before compression; null for any.</param>
internal sealed class FrameWriter(int? maximum)
{
    private const int HeaderSize = 5;

    /// <summary>Writes one message into <paramref name="body"/>, without flushing it.</summary>
    /// <exception cref="RpcException"><see cref="StatusCode.ResourceExhausted"/>: it is too long.</exception>
    public void Write<T>(IBufferWriter<byte> body, T message, Action<T, SerializationContext> serializer, ICompressionProvider? compression = null, CompressionLevel? level = null)
    {
        var frame = new Frame(body, maximum, compression, level);
        serializer(message, frame);
        if (!frame.IsWritten) throw new InvalidOperationException("Serialization did not return a payload.");
    }

    private static void WriteHeader(IBufferWriter<byte> body, bool isCompressed, int length)
    {
        var header = body.GetSpan(HeaderSize);
        header[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)length);
        body.Advance(HeaderSize);
    }

    private sealed class Frame(IBufferWriter<byte> body, int? maximum, ICompressionProvider? compression, CompressionLevel? level) : SerializationContext
    {
        private int? _announced;
        private ArrayBufferWriter<byte>? _collected;

        public bool IsWritten { get; private set; }

        public override void SetPayloadLength(int payloadLength)
        {
            Check(payloadLength);
            _announced = payloadLength;
        }

        public override IBufferWriter<byte> GetBufferWriter()
        {
            if (_announced is not { } length || compression is not null) return _collected ??= new ArrayBufferWriter<byte>(Math.Max(_announced ?? 256, 1));
            WriteHeader(body, isCompressed: false, length);
            return body;
        }

        public override void Complete()
        {
            if (_collected is not null) Complete(_collected.WrittenSpan);
            IsWritten = true;
        }

        public override void Complete(byte[] payload) => Complete(payload.AsSpan());

        private void Complete(ReadOnlySpan<byte> payload)
        {
            Check(payload.Length);
            // .NET's streams compress nothing to nothing, which is no gzip: an empty message stays plain.
            if (compression is null || payload.IsEmpty)
            {
                WriteHeader(body, isCompressed: false, payload.Length);
                body.Write(payload);
            }
            else
            {
                var packed = new MemoryStream();
                using (var stream = compression.CreateCompressionStream(packed, level)) stream.Write(payload);
                WriteHeader(body, isCompressed: true, (int)packed.Length);
                body.Write(packed.GetBuffer().AsSpan(0, (int)packed.Length));
            }
            IsWritten = true;
        }

        private void Check(int length)
        {
            if (length > (maximum ?? int.MaxValue)) throw new RpcException(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
        }
    }
}
