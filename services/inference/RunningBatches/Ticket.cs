namespace MindBridge.Inference.RunningBatches;

/// <summary>A text's way through the engine.</summary>
internal sealed class Ticket(Sequence sequence)
{
    private object? cancelled;

    public Sequence Sequence => sequence;

    /// <summary>Completes when the engine has let go of the text.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set when nobody waits for the text any more.</summary>
    public CancellationToken? Cancelled
    {
        get => (CancellationToken?)Volatile.Read(ref cancelled);
        set => Volatile.Write(ref cancelled, value);
    }
}
