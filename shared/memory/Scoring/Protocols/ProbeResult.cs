namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>How one probe scored under one protocol.</summary>
/// <param name="Probe">The probe.</param>
/// <param name="Value">In [0, 1] for scores (0 or 1 except token means); nats for divergences.</param>
/// <param name="Before">The unedited model's answer, where the protocol decodes one.</param>
/// <param name="After">The scored model's answer, where the protocol decodes one.</param>
public sealed record ProbeResult(Probe Probe, double Value, string? Before = null, string? After = null);
