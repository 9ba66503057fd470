using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Auditing;

/// <summary>
/// An API key of the key file whose making the audit log has told, and not yet its end. The hash, which no entry shows, tells a key from the next one of the same name.
/// </summary>
internal sealed record ToldKey(string Sha256, string Name, string Tenant, string Role)
{
    /// <summary>A line of the key file. What a service's key opens is every tenant's.</summary>
    public static ToldKey Of(ApiKeySettings key) =>
        new(key.Sha256.ToUpperInvariant(), key.Name, key.Role is Platform.Security.Role.Service ? Caller.EveryTenant : key.Tenant, key.Role.ToString().ToLowerInvariant());
}
