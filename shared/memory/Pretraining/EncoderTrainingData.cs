using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Pretraining;

/// <summary>What stage I reads. Prompts used to score must not be in it: the split's leak checker sees to that before.</summary>
public sealed record EncoderTrainingData
{
    /// <summary>The edits of the shard, conflicts resolved.</summary>
    public required IReadOnlyList<Edit> Edits { get; init; }

    /// <summary>Prompts that must be told apart from them; hard negatives carry the id of their edit.</summary>
    public IReadOnlyList<OutOfScopePrompt> OutOfScope { get; init; } = [];

    /// <summary>Unrelated sentences put before prompts.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Held-out probes that choose the best checkpoint without any LLM: paraphrases (Generality) and out-of-scope prompts (the Locality kinds).</summary>
    public IReadOnlyList<Probe> Validation { get; init; } = [];

    /// <summary>
    /// An encoder artifact of the same base model whose weights and heads training begins with (a warm start), so that what it holds already need not be learnt again; null begins with
    /// the base model. The frozen copy is the base model in any case.
    /// </summary>
    public string? StartFolder { get; init; }
}
