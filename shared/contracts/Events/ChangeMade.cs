namespace MindBridge.Contracts;

/// <summary>Somebody changed something in a service that keeps no audit log of its own; the evaluator's has it then.</summary>
/// <param name="Id">The entry's.</param>
/// <param name="TenantId">Whose.</param>
/// <param name="MadeBy">The key's holder.</param>
/// <param name="What">For example "create memory".</param>
/// <param name="Subject">What was changed, by id.</param>
/// <param name="MemoryId">Of which memory; null where it is of none.</param>
/// <param name="OldValue">What stood before, as JSON; null where nothing did.</param>
/// <param name="NewValue">What stands now, likewise.</param>
/// <param name="MadeAt">When.</param>
public sealed record ChangeMade(Guid Id, string TenantId, string MadeBy, string What, string Subject, Guid? MemoryId, string? OldValue, string? NewValue, DateTimeOffset MadeAt) : IEvent
{
    public string BusinessKey() => Id.ToString();
}
