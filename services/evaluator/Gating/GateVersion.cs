using System.Text.Json;

namespace MindBridge.Evaluator.Gating;

/// <summary>A memory's gate as somebody set it; a later one replaces it, and none is ever changed.</summary>
internal sealed class GateVersion
{
    public required Guid MemoryId { get; init; }

    /// <summary>From 1.</summary>
    public required long Version { get; init; }

    public required string TenantId { get; init; }

    /// <summary>JSON of <see cref="GateRule"/>s.</summary>
    public required string Rules { get; init; }

    public required bool PromoteByHand { get; init; }

    public required string SetBy { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset SetAt { get; init; }

    public Gate Gate() => new(Version, JsonSerializer.Deserialize<GateRule[]>(Rules, JsonSerializerOptions.Web)!, PromoteByHand);
}
