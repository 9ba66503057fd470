namespace MindBridge.Evaluator.WatchingQuality;

/// <summary>How often what serves a memory is scored again.</summary>
internal sealed class Schedule
{
    public required Guid MemoryId { get; init; }

    public required string TenantId { get; init; }

    public required int EverySeconds { get; set; }

    /// <summary>Null: the one that promotes.</summary>
    public string? Protocol { get; set; }

    /// <summary>Null: the probes held out from each bridge's own encoders.</summary>
    public string? ProbeSetId { get; set; }

    public required DateTimeOffset NextAt { get; set; }

    public required string SetBy { get; set; }
}
