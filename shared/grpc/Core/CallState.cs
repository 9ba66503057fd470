namespace Grpc.Core;

/// <summary>What the four call types know of their call.</summary>
internal readonly struct CallState(
    Func<object, Task<Metadata>> headers, Func<object, Status> status, Func<object, Metadata> trailers, Action<object> dispose, object? state)
{
    public Task<Metadata> Headers => headers(state!);

    public Status Status => status(state!);

    public Metadata Trailers => trailers(state!);

    public void Dispose() => dispose(state!);
}
