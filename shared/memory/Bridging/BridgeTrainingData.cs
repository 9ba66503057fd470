using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Bridging;

/// <summary>What stage II reads.</summary>
public sealed record BridgeTrainingData
{
    /// <summary>The edits the encoders hold.</summary>
    public required IReadOnlyList<Edit> Edits { get; init; }

    /// <summary>Prompts on which the LLM must stay as it is; hard negatives included.</summary>
    public IReadOnlyList<OutOfScopePrompt> OutOfScope { get; init; } = [];

    /// <summary>Unrelated sentences put before prompts.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Held-out probes that choose the best projector; none trains to the end.</summary>
    public IReadOnlyList<Probe> Validation { get; init; } = [];

    /// <summary>Keep these texts with the bridge, because they are not those that lie with its encoders: who scores it must know what it was trained on.</summary>
    public bool KeepTexts { get; init; }
}
