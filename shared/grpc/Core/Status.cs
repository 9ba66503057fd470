namespace Grpc.Core;

/// <summary>The result of a call: a code and a sentence for people.</summary>
/// <param name="statusCode">How it ended.</param>
/// <param name="detail">Any Unicode text; it travels percent-encoded.</param>
/// <param name="debugException">What happened on this side, if anything; never sent.</param>
public struct Status(StatusCode statusCode, string detail, Exception? debugException) : IEquatable<Status>
{
    /// <summary>A success without a detail.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>A cancellation without a detail.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>A status that knows no exception.</summary>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>How the call ended.</summary>
    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>A sentence for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>What happened on this side; null for a status that came over the wire.</summary>
    public Exception? DebugException { get; } = debugException;

    public static bool operator ==(Status left, Status right) => left.Equals(right);

    public static bool operator !=(Status left, Status right) => !left.Equals(right);

    /// <inheritdoc/>
    public readonly bool Equals(Status other) => StatusCode == other.StatusCode && Detail == other.Detail && Equals(DebugException, other.DebugException);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Status other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(StatusCode, Detail);

    /// <inheritdoc/>
    public override readonly string ToString() => DebugException is null
        ? $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")"
        : $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\", DebugException=\"{DebugException.GetType()}: {DebugException.Message}\")";
}
