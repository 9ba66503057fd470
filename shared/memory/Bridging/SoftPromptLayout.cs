namespace MindBridge.Memory.Bridging;

/// <summary>Where the soft prompt stands in the LLM's input.</summary>
public enum SoftPromptLayout
{
    /// <summary>Before everything: [soft][BOS] prompt (the paper's Eq. 4).</summary>
    BeforeBos,

    /// <summary>[BOS][soft] prompt; the same as <see cref="BeforeBos"/> for an LLM without a beginning-of-sequence token.</summary>
    AfterBos,

    /// <summary>[BOS] prompt [soft]: the prompt's own keys and values do not depend on the memory and can be reused.</summary>
    AfterPrompt,
}
