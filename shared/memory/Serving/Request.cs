using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using static TorchSharp.torch;

namespace MindBridge.Memory.Serving;

/// <summary>
/// What the LLM receives for one prompt, decided once and from the prompt alone: its token ids and, when the gate is open, the soft prompt and the place it
/// stands at. With no soft prompt it is exactly what the unedited LLM receives.
/// </summary>
public sealed class Request
{
    /// <summary>What the user asked.</summary>
    public required string Prompt { get; init; }

    /// <summary>Token ids of the prompt, special tokens included.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>[softTokens, width], or null when nothing is added.</summary>
    public Tensor? SoftPrompt { get; init; }

    /// <summary>Number of token ids that stand before the soft prompt.</summary>
    public int SoftAt { get; init; }

    /// <summary>A codebook's value for the last prompt token, [width] (rival <c>grace</c>), or null.</summary>
    public Tensor? Activation { get; init; }

    /// <summary>Why it was so decided; null for models without a memory.</summary>
    public Decision? Decision { get; init; }

    /// <summary>Soft tokens and prompt tokens.</summary>
    public int Length => Ids.Count + SoftTokens;

    /// <summary>Number of soft tokens.</summary>
    public int SoftTokens => (int)(SoftPrompt?.shape[0] ?? 0);

    /// <summary>Number of ids before the soft prompt in a layout; a tokenizer without BOS makes <see cref="SoftPromptLayout.AfterBos"/> the same as before it.</summary>
    public static int PlaceOf(SoftPromptLayout layout, IReadOnlyList<int> ids, int? bos) => layout switch
    {
        SoftPromptLayout.BeforeBos => 0,
        SoftPromptLayout.AfterBos => ids.Count > 0 && ids[0] == bos ? 1 : 0,
        SoftPromptLayout.AfterPrompt => ids.Count,
        _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "no such layout; use before-bos, after-bos or after-prompt"),
    };
}
