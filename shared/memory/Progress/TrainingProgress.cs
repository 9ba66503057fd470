namespace MindBridge.Memory;

/// <summary>
/// One report of a running job: training, feature caching, scoring. Reported through <see cref="IProgress{T}"/>, so that a terminal, a log
/// and a dashboard can show the same job; the library itself never writes to the console.
/// </summary>
/// <param name="Phase">What is being done, in words a user reads, for example "encoder" or "bridge mini-gpt2".</param>
/// <param name="Step">Steps done so far in this phase; 0 before the first.</param>
/// <param name="Steps">Steps the phase takes in all; 0 when nobody can know.</param>
/// <param name="Loss">The running mean of the total loss; NaN where the phase has no loss.</param>
/// <param name="LearningRate">The learning rate of the last step; NaN where the phase has none.</param>
/// <param name="Elapsed">Time since the phase began, in this process (a resumed run counts from the resumption).</param>
/// <param name="Remaining">Estimated time to the end of the phase.</param>
/// <param name="Parts">The loss by part, for example injection, association and existence (METHOD section 2); may be empty.</param>
public sealed record TrainingProgress(
    string Phase,
    long Step,
    long Steps,
    double Loss,
    double LearningRate,
    TimeSpan Elapsed,
    TimeSpan Remaining,
    IReadOnlyDictionary<string, double> Parts)
{
    /// <summary>True when the phase has done all its steps.</summary>
    public bool Finished => Steps > 0 && Step >= Steps;
}
