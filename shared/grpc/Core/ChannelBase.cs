namespace Grpc.Core;

/// <summary>A way to a server.</summary>
public abstract class ChannelBase(string target)
{
    /// <summary>The server's address.</summary>
    public string Target { get; } = target ?? throw new ArgumentNullException(nameof(target));

    /// <summary>Something that makes calls through this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Ends the channel and every call on it.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Does what ending takes.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
