namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>What a job of the kind <see cref="Kind"/> needs to know.</summary>
/// <param name="Tenant">Whose memory.</param>
/// <param name="MemoryId">Which memory.</param>
/// <param name="LlmId">On which LLM version.</param>
/// <param name="BridgeId">The bridge that is measured.</param>
/// <param name="Commit">The commit that it holds.</param>
/// <param name="Items">The questions and passages, as an artifact.</param>
/// <param name="Settings">How they were drawn.</param>
/// <param name="RequestedBy">Who asked for it.</param>
internal sealed record MeasureAbility(string Tenant, Guid MemoryId, Guid LlmId, string BridgeId, long Commit, string Items, AbilitySettings Settings, string RequestedBy)
{
    public const string Kind = "ability";
}

/// <summary>How questions were drawn, for the record.</summary>
/// <param name="Seed">With what.</param>
/// <param name="Data">From where, as whoever sent them calls it.</param>
internal sealed record AbilitySettings(ulong Seed, string Data);
