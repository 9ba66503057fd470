using System.Text.Json;

namespace MindBridge.Evaluator.MakingProbeSets;

/// <summary>A version of a named set of a memory's probes; the probes themselves are an artifact.</summary>
internal sealed class ProbeSet
{
    /// <summary>The probes held out from encoders are under this name.</summary>
    public const string FromEdits = "edits";

    public const string Imported = "imported", Generated = "generated";

    public required Guid MemoryId { get; init; }

    public required string Name { get; init; }

    /// <summary>From 1.</summary>
    public required int Version { get; init; }

    /// <summary>The artifact.</summary>
    public required string Id { get; init; }

    public required string TenantId { get; init; }

    /// <summary>Where it came from.</summary>
    public required string Source { get; init; }

    public required int Probes { get; init; }

    /// <summary>Kind to number, as JSON.</summary>
    public required string Counts { get; init; }

    public required string MadeBy { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public IReadOnlyDictionary<string, int> ByKind() => JsonSerializer.Deserialize<Dictionary<string, int>>(Counts)!;
}
