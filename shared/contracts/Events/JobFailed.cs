namespace MindBridge.Contracts;

/// <summary>A job used up its attempts and is parked until an operator retries it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Attempt">How many attempts it has had.</param>
/// <param name="Reason">Why the last one failed, in a sentence.</param>
public sealed record JobFailed(Guid JobId, string Kind, int Attempt, string Reason) : IEvent
{
    public string BusinessKey() => $"{JobId}/{Attempt}";
}
