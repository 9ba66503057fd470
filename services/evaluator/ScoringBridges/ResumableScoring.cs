using MindBridge.Platform.Jobs;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>Scores part by part and stores each as soon as it is known, so that whoever takes over a killed evaluation goes on where it was.</summary>
internal sealed class ResumableScoring(ScoredParts parts, EvaluationSettings settings, TimeProvider time, ILogger<ResumableScoring> logger)
{
    /// <summary>Scores what has no outcome yet.</summary>
    /// <param name="job">Whose id the evaluation has.</param>
    /// <param name="all">What is scored, the same in every attempt.</param>
    /// <param name="score">The outcomes of a part that begins at a place.</param>
    /// <param name="cancellationToken">Stops between parts.</param>
    /// <exception cref="InvalidDataException">There are more outcomes than there is to score.</exception>
    public async Task RunAsync<T>(LeasedJob<EvaluatorContext> job, IReadOnlyList<T> all, Func<IReadOnlyList<T>, int, Task<IReadOnlyList<ProbeOutcome>>> score, CancellationToken cancellationToken)
    {
        // The parts' bounds follow from the settings alone; an attempt that finds a ragged end, since the setting changed, goes on from there.
        var done = await parts.CountAsync(job.Id, cancellationToken);
        if (done > all.Count) throw new InvalidDataException($"evaluation {job.Id} has {done} outcomes for {all.Count} probes; its probe sets changed under it, so train the bridge again");
        if (done > 0) logger.LogInformation("evaluation {Evaluation} goes on after {Done} of {All} probes", job.Id, done, all.Count);
        var (began, before) = (time.GetTimestamp(), done);
        while (done < all.Count)
        {
            var part = all.Skip(done).Take(settings.Part - (done % settings.Part)).ToList();
            await parts.KeepAsync(await score(part, done), cancellationToken);
            done += part.Count;
            var left = time.GetElapsedTime(began) / (done - before) * (all.Count - done);
            await job.ReportAsync(new JobProgress(done, all.Count, Eta: left), cancellationToken);
        }
    }
}
