namespace Grpc.Core;

/// <summary>A call that did not end with <see cref="StatusCode.OK"/>. Thrown by a service method, it becomes the call's status and trailers.</summary>
public class RpcException(Status status, Metadata trailers, string message) : Exception(message, status.DebugException)
{
    /// <summary>A failure with nothing in its trailers.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>A failure with a message of its own for this side's logs.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>A failure with trailers, say <c>grpc-status-details-bin</c>.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>The result of the call.</summary>
    public Status Status { get; } = status;

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>What the server sent with the status, or what is to be sent with it.</summary>
    public Metadata Trailers { get; } = trailers ?? throw new ArgumentNullException(nameof(trailers));
}
