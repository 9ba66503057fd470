namespace Grpc.Core;

/// <summary>Messages that arrive one after another. One reader at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last <see cref="MoveNext"/> found.</summary>
    T Current { get; }

    /// <summary>Waits for the next message; false at the end of the stream.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Messages that leave one after another. A write ends when there is room again, so it is how the reader's pace is felt.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the following messages are written.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message; one at a time.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes a message, and gives up the call if <paramref name="cancellationToken"/> is cancelled meanwhile.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        // A writer from before this overload existed must not ignore a token in silence.
        return cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("Cancellation of stream writes is not supported by this gRPC implementation.")
            : WriteAsync(message);
    }
}

/// <summary>A client's stream of requests.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that there are no more requests.</summary>
    Task CompleteAsync();
}

/// <summary>A server's stream of responses; it ends when the service method returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;

/// <summary>Reading streams with less ceremony.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Waits for the next message; false at the end of the stream.</summary>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }

    /// <summary>Every message until the stream ends.</summary>
    public static IAsyncEnumerable<T> ReadAllAsync<T>(this IAsyncStreamReader<T> streamReader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return Read(streamReader, cancellationToken);
    }

    private static async IAsyncEnumerable<T> Read<T>(IAsyncStreamReader<T> reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await reader.MoveNext(cancellation)) yield return reader.Current;
    }
}
