using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.Calling;

/// <summary>A memory on an LLM version: what was trained, what it scored, what serves.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Llm">The LLM version.</param>
/// <param name="Deployment">Its aliases; null before the first bridge was noticed.</param>
/// <param name="Bridges">By commit.</param>
/// <param name="Evaluations">Those that its gate goes by, the latest first; what was asked for or scheduled is held against none.</param>
/// <param name="Trained">The last commit that memory encoders hold.</param>
internal sealed record Pairing(Memory Memory, LlmVersion Llm, Deployment? Deployment, IReadOnlyList<TrainedBridge> Bridges, IReadOnlyList<Contracts.V1.Evaluation> Evaluations, long Trained)
{
    public string LlmName => $"{Llm.Name} {Llm.Version}";

    public string Champion => Deployment?.Champion ?? "";

    public string Challenger => Deployment?.Challenger ?? "";

    /// <summary>The commit whose bridge serves; 0 where none does.</summary>
    public long Served => CommitOf(Champion);

    /// <summary>The last commit that has a bridge.</summary>
    public long Bridged => Bridges.Count == 0 ? 0 : Bridges[^1].CommitSequence;

    /// <summary>What the champion scored last before its gate; null where nothing serves.</summary>
    public Contracts.V1.Evaluation? Scored => EvaluationOf(Champion);

    /// <summary>What a bridge scored last before its gate.</summary>
    public Contracts.V1.Evaluation? EvaluationOf(string bridge) => bridge.Length == 0 ? null : Evaluations.FirstOrDefault(e => e.BridgeId == bridge);

    /// <summary>Why a bridge fails its gate, under whichever of the gate's protocols; empty where it does not. The challenger is held against the gate as it stands now, as whoever promotes it is; another one was, when it was scored.</summary>
    public IReadOnlyList<string> WhyHeld(string bridge) => bridge.Length > 0 && bridge == Challenger ? Deployment!.ChallengerFails : [.. Evaluations.Where(e => e.BridgeId == bridge).DistinctBy(e => e.Protocol, StringComparer.Ordinal).Where(e => !e.GatePassed).SelectMany(e => e.Reasons)];

    public long CommitOf(string bridge) => Bridges.Where(b => b.BridgeId == bridge).Select(b => b.CommitSequence).DefaultIfEmpty(0).Max();

    /// <summary>Where the newest edits are, in a word for a chip and a sentence for whoever asks.</summary>
    public (string Kind, string Word, string Why) State => this switch
    {
        { Memory.LastCommitSequence: 0, Memory.EditCount: 0 } => ("", "empty", "The memory holds no edits yet."),
        { Memory.LastCommitSequence: 0 } => ("busy", "waits for commit", "Its first edits are not committed yet."),
        { Trained: 0 } => ("busy", "training", "Its memory encoder is being trained."),
        _ when Trained < Memory.LastCommitSequence => ("busy", "training", $"Commit {Memory.LastCommitSequence} is being trained; commit {Served} serves."),
        _ when Bridged < Trained => ("busy", "bridging", $"A bridge for commit {Trained} is being trained."),
        _ when Challenger.Length > 0 && CommitOf(Challenger) >= Served && WhyHeld(Challenger) is { Count: > 0 } why => ("warn", "held", string.Join("; ", why)),
        _ when Challenger.Length > 0 && CommitOf(Challenger) >= Served && EvaluationOf(Challenger) is { GatePassed: true, WaitsForOperator: true } => ("warn", "waits for promotion", $"The bridge for commit {CommitOf(Challenger)} passed its gate, which leaves the promotion to an operator; it can be tried first."),
        _ when Served < Bridged && EvaluationOf(Bridges[^1].BridgeId) is null => ("busy", "evaluating", $"The bridge for commit {Bridged} is being evaluated."),
        _ when Champion.Length == 0 => ("warn", "nothing serves", "No bridge was promoted yet."),
        _ when Served < Bridged => ("warn", "older commit serves", $"Commit {Served} serves; commit {Bridged} has a bridge that is not promoted."),
        _ when Memory.PendingCount > 0 => ("good", "serving", "Newer edits wait for their commit."),
        _ => ("good", "serving", "Every edit is served."),
    };
}
