using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Security;

namespace MindBridge.Platform.Auditing;

/// <summary>How services write changes down that keep no log of their own: the evaluator's has them then. Edits need none: they are their own history.</summary>
public static class AuditTrail
{
    /// <summary>Tells of a change in the caller's unit of work: it is told if, and only if, the change is made.</summary>
    /// <param name="db">The unit of work.</param>
    /// <param name="by">Who made it; the entry is its tenant's.</param>
    /// <param name="what">For example "create memory".</param>
    /// <param name="subject">What was changed, by id.</param>
    /// <param name="memory">Of which memory; null where it is of none.</param>
    /// <param name="before">What stood before; null where nothing did.</param>
    /// <param name="now">What stands now; null where nothing does.</param>
    /// <param name="time">When.</param>
    public static void Audit(this PlatformContext db, Caller by, string what, string subject, Guid? memory, object? before, object? now, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(time);
        var at = time.GetUtcNow();
        db.Publish(new ChangeMade(Guid.CreateVersion7(at), by.Tenant, by.Name, what, subject, memory, Json(before), Json(now), at), time);
    }

    private static string? Json(object? value) => value is null ? null : JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
