using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Running;

/// <summary>Everything a run reads besides models. Training sees <see cref="Edits"/>, <see cref="OutOfScope"/> and <see cref="Prefixes"/>, and nothing else.</summary>
public sealed record EditingRunData
{
    /// <summary>The edits, conflicts resolved.</summary>
    public required IReadOnlyList<Edit> Edits { get; init; }

    /// <summary>Prompts on which the LLM must stay as it is, for training.</summary>
    public IReadOnlyList<OutOfScopePrompt> OutOfScope { get; init; } = [];

    /// <summary>Unrelated sentences put before prompts.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Held-out probes that choose checkpoints and thresholds.</summary>
    public IReadOnlyList<Probe> Validation { get; init; } = [];

    /// <summary>Probes that only score.</summary>
    public required IReadOnlyList<Probe> Probes { get; init; }

    /// <summary>Prompts with the answers that were true before: what the base LLMs should know. Empty when nobody says so.</summary>
    public IReadOnlyList<Probe> Known { get; init; } = [];
}
