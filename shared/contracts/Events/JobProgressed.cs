namespace MindBridge.Contracts;

/// <summary>A job went on.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The training loss, where there is one.</param>
/// <param name="Eta">How long the rest will take, once that can be told.</param>
public sealed record JobProgressed(Guid JobId, string Kind, long Step, long Steps, double? Loss, TimeSpan? Eta) : IEvent
{
    public string BusinessKey() => $"{JobId}/{Step}";
}
