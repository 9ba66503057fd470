namespace Grpc.Core;

/// <summary>How a message is to be written.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>Sent at once, compressed if the call is.</summary>
    None = 0,

    /// <summary>May wait in the buffer for the next message.</summary>
    BufferHint = 0x1,

    /// <summary>Not compressed even if the call is.</summary>
    NoCompress = 0x2,
}

/// <summary>How messages are to be written.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    /// <summary>At once, compressed if the call is.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>The choices.</summary>
    public WriteFlags Flags { get; } = flags;
}
