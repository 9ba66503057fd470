using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring.Protocols;

namespace MindBridge.Memory.Running;

/// <summary>How a run trains, serves and scores.</summary>
public sealed record EditingRunSettings
{
    /// <summary>Stage I.</summary>
    public EncoderTrainingSettings Encoder { get; init; } = new();

    /// <summary>Stage II, the same for every LLM.</summary>
    public BridgeTrainingSettings Bridge { get; init; } = new();

    /// <summary>How the edited model finds the edit that a prompt asks for.</summary>
    public AddressingMode Addressing { get; init; } = AddressingMode.Subject;

    /// <summary>Whether the gate may close.</summary>
    public bool Gated { get; init; } = true;

    /// <summary>How scores are taken.</summary>
    public IReadOnlyList<Protocol> Protocols { get; init; } = [Protocol.GenerateExact, Protocol.TeacherForcedToken];

    /// <summary>Probes prepared and scored together; only memory depends on it.</summary>
    public int ScoreBatch { get; init; } = 1024;
}
