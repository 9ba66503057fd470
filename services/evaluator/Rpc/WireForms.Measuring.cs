using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.MappingFeatures;
using MindBridge.Evaluator.MeasuringAbility;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.TrackingRetention;
using MindBridge.Evaluator.WatchingQuality;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <content>Of what is measured, and who changed what.</content>
internal static partial class WireForms
{
    public static Wire.Comparison Comparison(Evaluation first, Evaluation second, Comparison comparison, int mostChanged) => new()
    {
        First = Evaluation(first),
        Second = Evaluation(second),
        Figures =
        {
            comparison.Figures.Select(f => new Wire.FigureDifference
            {
                Figure = f.Figure, First = f.First, Second = f.Second, Difference = f.Difference, Low = f.Low, High = f.High, N = f.Pairs, PValue = f.P, Test = f.Test, Significant = f.Significant, Better = f.Better, Worse = f.Worse,
                Unit = ScoringProtocol.UnitOf(first.Protocol, f.Figure), Gain = ScoringProtocol.Gain(first.Protocol, f.Figure, f.First, f.Second),
            }),
        },
        Changed =
        {
            comparison.Changed.Take(mostChanged).Select(p => new Wire.ChangedProbe
            {
                Kind = p.First.Kind, EditId = p.First.EditId ?? "", Prompt = p.First.Prompt, Answer = p.First.Answer, First = p.First.AfterText, Second = p.Second.AfterText, FirstValue = p.First.Value ?? 0, SecondValue = p.Second.Value ?? 0,
            }),
        },
        OnlyInFirst = comparison.OnlyInFirst,
        OnlyInSecond = comparison.OnlyInSecond,
    };

    public static Wire.Retention Retention(Retention retention)
    {
        var wire = new Wire.Retention { Protocol = retention.Protocol, Points = { retention.Points.Select(RetentionPoint) } };
        if (retention.Oldest is { } oldest) wire.Oldest = Cohort(oldest);
        if (retention.Newest is { } newest) wire.Newest = Cohort(newest);
        return wire;
    }

    private static Wire.RetentionCohort Cohort(RetentionCohort cohort) => new()
    {
        Edits = cohort.Edits,
        FirstCommit = cohort.FirstCommit,
        LastCommit = cohort.LastCommit,
        Scores = { cohort.Scores.Percent.ToDictionary(StringComparer.Ordinal) },
        Counts = { cohort.Scores.Counts.ToDictionary(StringComparer.Ordinal) },
        Intervals = { cohort.Scores.Intervals.ToDictionary(i => i.Key, i => Interval(i.Value), StringComparer.Ordinal) },
    };

    private static Wire.RetentionPoint RetentionPoint(RetentionPoint point) => new()
    {
        Cohort = point.Cohort,
        CommitSequence = point.Evaluation.CommitSequence,
        BridgeId = point.Evaluation.BridgeId,
        EvaluationId = point.Evaluation.Id.ToString(),
        Scores = { point.Scores.Percent.ToDictionary(StringComparer.Ordinal) },
        Counts = { point.Scores.Counts.ToDictionary(StringComparer.Ordinal) },
        Intervals = { point.Scores.Intervals.ToDictionary(i => i.Key, i => Interval(i.Value), StringComparer.Ordinal) },
    };

    public static Wire.FeatureMap FeatureMap(FeatureMap map) => new()
    {
        Evaluation = Evaluation(map.Evaluation),
        Points =
        {
            map.Points.Select(p => new Wire.FeaturePoint { Kind = p.Kind, Prompt = p.Outcome.Prompt, EditId = p.Outcome.EditId ?? "", X = p.X, Y = p.Y, Existence = p.Existence, Value = p.Outcome.Value ?? 0 }),
        },
        Prompts = map.Prompts,
        EncoderId = map.Mapped.EncoderId,
        ShardId = map.Mapped.ShardId,
        Shards = map.Mapped.Shards,
        XShare = map.Mapped.XShare,
        YShare = map.Mapped.YShare,
    };

    public static Wire.AbilityFigure AbilityFigure(AbilityFigure figure) => new()
    {
        Task = figure.Task,
        Unit = ScoringProtocol.UnitOf(ScoringProtocol.GeneralAbility, figure.Task),
        Base = figure.Difference.First,
        BaseInterval = Interval(figure.Base),
        Edited = figure.Difference.Second,
        EditedInterval = Interval(figure.Edited),
        Difference = figure.Difference.Difference,
        DifferenceInterval = new Wire.Interval { Low = figure.Difference.Low, High = figure.Difference.High },
        PValue = figure.Difference.P,
        Test = figure.Difference.Test,
        Significant = figure.Difference.Significant,
        N = figure.Difference.Pairs,
        LeftOut = figure.LeftOut,
        Spoke = figure.Spoke,
        Chance = figure.Chance,
    };

    public static Wire.DeploymentChange Change(DeploymentChange change) => new()
    {
        MemoryId = change.MemoryId.ToString(),
        LlmId = change.LlmId.ToString(),
        Sequence = change.Sequence,
        Cause = change.Cause.ToString(),
        BridgeId = change.BridgeId,
        PreviousBridgeId = change.PreviousBridgeId ?? "",
        MadeBy = change.MadeBy,
        Reason = change.Reason ?? "",
        MadeAt = Moment(change.MadeAt),
        CommitSequence = change.CommitSequence,
    };

    public static AuditFilter Audit(Wire.ListAuditRequest request) => new(
        IdOrAny("memory_id", request.MemoryId), Absent(request.Who), Absent(request.What), MomentOrAny("since", request.Since), MomentOrAny("before", request.Before));

    public static Wire.AuditEntry Audited(AuditEntry entry) => new()
    {
        Id = entry.Id.ToString(),
        Tenant = entry.TenantId,
        At = Moment(entry.MadeAt),
        Who = entry.MadeBy,
        What = entry.What,
        Subject = entry.Subject,
        MemoryId = entry.MemoryId?.ToString() ?? "",
        Old = entry.OldValue ?? "",
        New = entry.NewValue ?? "",
        Reason = entry.Reason ?? "",
    };

    public static Wire.MemoryGate Gate(Guid memory, Gate gate, GateVersion? set) => new()
    {
        MemoryId = memory.ToString(),
        Version = gate.Version,
        Rules = { gate.Rules.Select(r => new Wire.GateRule { Protocol = r.Protocol, Figure = r.Figure, Least = r.Least, LeastProbes = r.LeastProbes, MostDrop = r.MostDrop }) },
        PromoteByHand = gate.PromoteByHand,
        SetBy = set?.SetBy ?? "",
        SetAt = Moment(set?.SetAt),
        Reason = set?.Reason ?? "",
    };

    public static Wire.ProbeSet ProbeSet(ProbeSet set) => new()
    {
        Id = set.Id,
        MemoryId = set.MemoryId.ToString(),
        Name = set.Name,
        Version = set.Version,
        Source = set.Source,
        Probes = set.Probes,
        Counts = { set.ByKind().ToDictionary(StringComparer.Ordinal) },
        MadeBy = set.MadeBy,
        MadeAt = Moment(set.MadeAt),
    };

    public static Wire.Schedule Schedule(Schedule schedule) => new()
    {
        MemoryId = schedule.MemoryId.ToString(),
        EverySeconds = schedule.EverySeconds,
        Protocol = schedule.Protocol ?? "",
        ProbeSetId = schedule.ProbeSetId ?? "",
        NextAt = schedule.EverySeconds == 0 ? "" : Moment(schedule.NextAt),
        SetBy = schedule.SetBy,
    };

    public static Wire.Alert Alert(Alert alert) => new()
    {
        Id = alert.Id.ToString(),
        MemoryId = alert.MemoryId.ToString(),
        LlmId = alert.LlmId?.ToString() ?? "",
        BridgeId = alert.BridgeId ?? "",
        Kind = alert.Kind,
        Message = alert.Message,
        RaisedAt = Moment(alert.RaisedAt),
        AcknowledgedBy = alert.AcknowledgedBy ?? "",
        AcknowledgedAt = Moment(alert.AcknowledgedAt),
        EvaluationId = alert.EvaluationId?.ToString() ?? "",
    };

    private static Wire.Interval Interval(Bounds bounds) => new() { Low = bounds.Low, High = bounds.High };
}
