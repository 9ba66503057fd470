namespace MindBridge.Platform.Jobs;

/// <summary>How far a job is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The training loss, where there is one.</param>
/// <param name="Eta">How long the rest will take, once that can be told.</param>
public readonly record struct JobProgress(long Step, long Steps, double? Loss = null, TimeSpan? Eta = null);
