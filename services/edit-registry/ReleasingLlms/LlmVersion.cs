namespace MindBridge.EditRegistry.ReleasingLlms;

/// <summary>A version of an LLM in the catalogue.</summary>
internal sealed class LlmVersion
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Family { get; init; }

    public required string Uri { get; init; }

    public required string ContentHash { get; init; }

    public required string ReleasedBy { get; init; }

    public required DateTimeOffset ReleasedAt { get; init; }

    /// <summary>When it went out of service; null while memories are bridged to it.</summary>
    public DateTimeOffset? RetiredAt { get; set; }

    /// <summary>Who took it out of service; null also of those that went before that was kept.</summary>
    public string? RetiredBy { get; set; }
}
