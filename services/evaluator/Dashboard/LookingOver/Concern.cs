using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Evaluator.Dashboard.WatchingJobs;

namespace MindBridge.Evaluator.Dashboard.LookingOver;

/// <summary>Something that a person should look at.</summary>
/// <param name="Kind">warn or bad.</param>
/// <param name="Text">What it is.</param>
/// <param name="Address">Where more stands.</param>
internal sealed record Concern(string Kind, string Text, string Address)
{
    /// <summary>All there are, the worst first.</summary>
    public static IReadOnlyList<Concern> Of(TenantState state, TenantJobs jobs, IReadOnlyList<Alert> raised) =>
    [
        .. state.Away.Concat(jobs.Away).Distinct(StringComparer.Ordinal).Select(service => new Concern("bad", $"{service} does not answer; see its log, or start the platform with ./mindbridge up", "/jobs")),
        .. jobs.Jobs.Where(j => j.State == "parked").Select(j => new Concern("bad", $"{JobWords.Kind(j.Kind)} is parked after {j.Attempts} attempts: {j.Reason}", "/jobs")),
        .. jobs.Letters.Select(l => new Concern("bad", $"event {l.Event} could not be handled by {l.Consumer}: {l.Reason}", "/jobs")),
        // What is held is told below, in the words of now.
        .. raised.Where(a => a.Kind != "held").Select(a => new Concern("warn", $"{state.MemoryName(a.MemoryId)} on {state.LlmName(a.LlmId)}: {a.Message}", a.EvaluationId.Length > 0 ? $"/evaluations/{a.EvaluationId}" : "/alerts")),
        .. state.Pairings().Where(p => p.State.Kind == "warn").Select(p => new Concern("warn", $"{p.Memory.Name} on {p.LlmName}: {p.State.Word}. {p.State.Why}", "/llms")),
    ];
}
