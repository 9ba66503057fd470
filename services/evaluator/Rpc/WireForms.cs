using System.Globalization;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Evaluator.TryingChallengers;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>What the evaluator holds as gRPC writes it, and back.</summary>
internal static partial class WireForms
{
    /// <param name="deployment">The aliases.</param>
    /// <param name="fails">Why the challenger is promoted only by somebody who says why; null where that was not asked, or it has no scores.</param>
    public static Wire.Deployment Deployment(Deployment deployment, IReadOnlyList<string>? fails = null)
    {
        var wire = new Wire.Deployment
        {
            Tenant = deployment.TenantId,
            MemoryId = deployment.MemoryId.ToString(),
            LlmId = deployment.LlmId.ToString(),
            Champion = deployment.Champion ?? "",
            Previous = deployment.Previous ?? "",
            Challenger = deployment.Challenger ?? "",
            Sequence = deployment.Sequence,
            ChangedAt = Moment(deployment.ChangedAt),
            CanaryPercent = deployment.CanaryPercent,
            ShadowPercent = deployment.ShadowPercent,
            TrialSince = Moment(deployment.TrialSince),
            Revision = deployment.Revision,
            Trace = deployment.Trace ?? "",
            ChallengerFails = { fails ?? [] },
        };
        if (deployment.Limits is not null) wire.Limits = Limits(TrafficLimits.Read(deployment.Limits));
        return wire;
    }

    public static Wire.Evaluation Evaluation(Evaluation evaluation)
    {
        var taken = evaluation.Taken();
        return new Wire.Evaluation
        {
            Id = evaluation.Id.ToString(),
            Tenant = evaluation.TenantId,
            MemoryId = evaluation.MemoryId.ToString(),
            LlmId = evaluation.LlmId.ToString(),
            BridgeId = evaluation.BridgeId,
            Protocol = evaluation.Protocol,
            Scores = { taken.Percent.ToDictionary(StringComparer.Ordinal) },
            Counts = { taken.Counts.ToDictionary(StringComparer.Ordinal) },
            GatePassed = evaluation.GatePassed,
            Reasons = { evaluation.Why() },
            Notes = { evaluation.Noted() },
            CompletedAt = Moment(evaluation.CompletedAt),
            Intervals = { taken.Intervals.ToDictionary(i => i.Key, i => Interval(i.Value), StringComparer.Ordinal) },
            ProbeSetId = evaluation.ProbeSetId ?? "",
            Cause = evaluation.Cause,
            RequestedBy = evaluation.RequestedBy ?? "",
            Unit = ScoringProtocol.UnitOf(evaluation.Protocol),
            CommitSequence = evaluation.CommitSequence,
            GateVersion = evaluation.GateVersion,
            Kind = evaluation.Protocol == ScoringProtocol.GeneralAbility ? "ability" : "memory",
            WaitsForOperator = evaluation.Noted().Contains(ReadingEvaluations.Evaluation.WaitsForOperator, StringComparer.Ordinal),
        };
    }

    public static Wire.ProbeOutcome Outcome(ProbeOutcome outcome, string protocol) => new()
    {
        Kind = outcome.Kind,
        EditId = outcome.EditId ?? "",
        Prompt = outcome.Prompt,
        Answer = outcome.Answer,
        Before = outcome.BeforeText,
        After = outcome.AfterText,
        Value = outcome.Value ?? 0,
        Place = outcome.Place,
        CommitSequence = outcome.Cohort ?? 0,
        Hit = outcome.Value is { } value && ScoringProtocol.IsHit(protocol, outcome.Kind, value),
    };

    /// <summary>With what was scored, and when.</summary>
    public static Wire.ProbeOutcome Outcome(ProbeOutcome outcome, Evaluation of)
    {
        var wire = Outcome(outcome, of.Protocol);
        (wire.EvaluationId, wire.BridgeId, wire.LlmId, wire.Protocol, wire.CompletedAt) = (of.Id.ToString(), of.BridgeId, of.LlmId.ToString(), of.Protocol, Moment(of.CompletedAt));
        return wire;
    }

    /// <exception cref="ArgumentException">The text is no id.</exception>
    public static Guid Id(string field, string text) => Guid.TryParse(text, out var id) ? id : throw new ArgumentException($"{field} is \"{text}\"; give an id as the lists show it");

    /// <summary>Null for an empty text.</summary>
    public static Guid? IdOrAny(string field, string text) => text.Length == 0 ? null : Id(field, text);

    public static string? Absent(string text) => text.Length == 0 ? null : text;

    /// <exception cref="ArgumentException">The text is neither empty nor a moment.</exception>
    public static DateTimeOffset? MomentOrAny(string field, string text) => text.Length == 0 ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : throw new ArgumentException($"{field} is \"{text}\"; give a moment such as 2026-05-31T12:00:00Z");

    private static string Moment(DateTimeOffset moment) => moment.ToString("O", CultureInfo.InvariantCulture);

    // Empty where it has not come.
    private static string Moment(DateTimeOffset? moment) => moment is { } came ? Moment(came) : "";
}
