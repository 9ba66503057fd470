using System.Text.Json;
using MindBridge.Contracts;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.Auditing;

/// <summary>How changes are written down. Edits need none: they are their own history.</summary>
internal static class AuditTrail
{
    /// <summary>Tells of a change in the caller's unit of work: it is told if, and only if, the change is made.</summary>
    public static void Audit(this RegistryContext db, Caller by, string what, string subject, Guid? memory, object? before, object? now, TimeProvider time)
    {
        var at = time.GetUtcNow();
        db.Publish(new ChangeMade(Guid.CreateVersion7(at), by.Tenant, by.Name, what, subject, memory, Json(before), Json(now), at), time);
    }

    private static string? Json(object? value) => value is null ? null : JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
