using System.Buffers;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The responses of a call. Nothing is read ahead of what the connection buffers: the server waits until the caller asks.</summary>
internal sealed class ResponseReader<TRequest, TResponse>(HttpCall<TRequest, TResponse> call) : IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private TResponse? _current;
    private int _isReading;

    public TResponse Current => _current ?? throw new InvalidOperationException("No values are available. Call MoveNext and use Current only after it has returned true.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0) throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
        try
        {
            _current = await call.ReadAsync(cancellationToken);
            if (_current is not null) return true;
            var status = await call.Ended;
            return status.StatusCode == StatusCode.OK ? false : throw call.Exception(status);
        }
        finally
        {
            Volatile.Write(ref _isReading, 0);
        }
    }
}

/// <summary>The requests of a call. A write ends when the connection has taken it, which is when the server reads.</summary>
internal sealed class RequestWriter<TRequest, TResponse>(HttpCall<TRequest, TResponse> call, StreamContent content) : IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private Task _write = Task.CompletedTask;
    private bool _isCompleted;

    public WriteOptions? WriteOptions { get; set; } = call.WriteOptions;

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        lock (_gate)
        {
            if (_isCompleted) throw new InvalidOperationException("Request stream has already been completed.");
            if (!_write.IsCompleted) throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
            return _write = WriteOneAsync(message, cancellationToken);
        }
    }

    public async Task CompleteAsync()
    {
        lock (_gate)
        {
            if (!_write.IsCompleted) throw new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress.");
            _isCompleted = true;
        }
        if (call.Ended.IsCompleted && await call.Ended is { StatusCode: not StatusCode.OK } status) throw call.Exception(status);
        content.Complete();
    }

    private async Task WriteOneAsync(TRequest message, CancellationToken cancellation)
    {
        using var registration = cancellation.Register(static state => ((HttpCall<TRequest, TResponse>)state!).Cancelled(), call);
        if (call.Ended.IsCompleted) throw Refused(await call.Ended);
        _buffer.ResetWrittenCount();
        // A message that cannot be written is the caller's mistake: it hears of it here, and so does the server, by a reset.
        try
        {
            call.Serialize(_buffer, message, WriteOptions);
        }
        catch (Exception e)
        {
            call.Fail(e);
            throw;
        }
        try
        {
            if (!content.Opened.IsCompleted) await Task.WhenAny(content.Opened, call.Ended);
            if (!content.Opened.IsCompleted) throw Refused(await call.Ended);
            var body = await content.Opened;
            await body.WriteAsync(_buffer.WrittenMemory, call.Cancellation);
            if (!(WriteOptions?.Flags ?? default).HasFlag(WriteFlags.BufferHint)) await body.FlushAsync(call.Cancellation);
        }
        catch (Exception e) when (e is not RpcException and not InvalidOperationException)
        {
            // The server has stopped listening; its status says why. Where the caller reads responses, the status is behind them.
            var status = call.HasSingleResponse || call.Ended.IsCompleted ? await call.Ended : Failure.StatusOf(e);
            throw Refused(status);
        }
    }

    private Exception Refused(Status status) => status.StatusCode == StatusCode.OK
        ? new InvalidOperationException("Can't write the message because the call is complete.")
        : call.Exception(status);
}
