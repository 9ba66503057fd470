using System.Text.Json;

namespace MindBridge.Evaluator.Auditing;

/// <summary>How mutations are written down.</summary>
internal static class AuditTrail
{
    /// <summary>Who changes things without being asked.</summary>
    public const string Evaluator = "evaluator";

    /// <summary>Adds an entry to the caller's unit of work: it is kept if, and only if, the change is.</summary>
    public static void Audit(this EvaluatorContext db, string tenant, string by, string what, string subject, Guid? memory, object? before, object? now, string? reason, DateTimeOffset at) => db.AuditEntries.Add(new AuditEntry
    {
        Id = Guid.CreateVersion7(at),
        TenantId = tenant,
        MadeAt = at,
        MadeBy = by,
        What = what,
        Subject = subject,
        MemoryId = memory,
        OldValue = before is null ? null : JsonSerializer.Serialize(before, JsonSerializerOptions.Web),
        NewValue = now is null ? null : JsonSerializer.Serialize(now, JsonSerializerOptions.Web),
        Reason = string.IsNullOrWhiteSpace(reason) ? null : reason,
    });
}
