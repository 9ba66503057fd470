namespace Grpc.Core;

/// <summary>What a call made on behalf of another takes over from it.</summary>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Deadline and cancellation.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>The earlier of both deadlines counts.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>Whoever cancels the outer call cancels the inner one.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}

/// <summary>The deadline and cancellation of a call that is being served, for calls made on its behalf. No server on ASP.NET Core makes one; pass both on by hand.</summary>
public abstract class ContextPropagationToken
{
    private protected ContextPropagationToken()
    {
    }
}
