using MindBridge.Inference.PreparingPrompts;

namespace MindBridge.Inference.RunningBatches;

/// <summary>One text in the making, as the engine sees it.</summary>
internal abstract class Sequence
{
    /// <summary>What the LLM reads first.</summary>
    public required PreparedPrompt Prompt { get; init; }

    /// <summary>Most tokens to follow; at least 1.</summary>
    public required int Most { get; init; }

    /// <summary>Whether <see cref="Read"/> wants to see what the LLM expects along the prompt.</summary>
    public virtual bool ReadsPrompt => false;

    /// <summary>Told of each row of the prompt but the last, in their order, before the first token is chosen. Runs on the engine's thread: no waiting.</summary>
    /// <param name="row">The row, soft prompt counted.</param>
    /// <param name="logits">[vocabulary]: what the LLM expects after it.</param>
    public virtual void Read(int row, ReadOnlySpan<float> logits)
    {
    }

    /// <summary>Chooses the next token; null when the text is over. Runs on the engine's thread: no waiting.</summary>
    /// <param name="logits">[vocabulary], to be changed at will.</param>
    public abstract int? Next(Span<float> logits);
}
