namespace MindBridge.Inference;

/// <summary>What an LLM's weights are kept in. Sums are float32 either way.</summary>
public enum ComputeType
{
    /// <summary>As trained, or wider.</summary>
    Float32,

    /// <summary>Half the memory, and half of it to read for a token.</summary>
    BFloat16,
}
