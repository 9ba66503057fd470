using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>The requests of a call. Nothing is read ahead: the client waits until the method asks.</summary>
internal sealed class RequestReader<T>(HttpServerCallContext call, FrameReader frames, Marshaller<T> marshaller) : IAsyncStreamReader<T>
    where T : class
{
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("No values are available. Call MoveNext and use Current only after it has returned true.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        call.EnsureOpen("Can't read messages after the request is complete.");
        if (!cancellationToken.CanBeCanceled || cancellationToken == call.CancellationToken)
        {
            _current = await frames.ReadAsync(marshaller.ContextualDeserializer, call.CancellationToken);
        }
        else
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.CancellationToken);
            _current = await frames.ReadAsync(marshaller.ContextualDeserializer, either.Token);
        }
        return _current is not null;
    }
}

/// <summary>The responses of a call. A write ends when Kestrel has room for more, which is when the client reads.</summary>
internal sealed class ResponseWriter<T>(HttpServerCallContext call, FrameWriter frames, Marshaller<T> marshaller) : IServerStreamWriter<T>
    where T : class
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        return call.Write(cancellation => WriteAndFlushAsync(message, cancellation), cancellationToken);
    }

    private async Task WriteAndFlushAsync(T message, CancellationToken cancellation)
    {
        await call.StartAsync();
        var options = WriteOptions ?? call.WriteOptions;
        call.WriteFrame(frames, message, marshaller, options);
        if ((options?.Flags ?? default).HasFlag(WriteFlags.BufferHint)) return;
        var flushed = await call.Http.Response.BodyWriter.FlushAsync(cancellation);
        if (flushed.IsCompleted) throw new OperationCanceledException("The client has gone.", call.CancellationToken);
    }
}
