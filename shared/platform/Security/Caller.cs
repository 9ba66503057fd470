using System.Security.Claims;

namespace MindBridge.Platform.Security;

/// <summary>Who calls, and whose data that opens.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Name">The key's holder.</param>
public sealed record Caller(string Tenant, string Name)
{
    internal const string TenantClaim = "tenant";

    /// <summary>The role that releases LLM versions; also the name of its policy.</summary>
    public const string Operator = "operator";

    /// <summary>The caller of a request that authentication has let through.</summary>
    public static Caller Of(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new Caller(
            user.FindFirstValue(TenantClaim) ?? throw new UnauthorizedAccessException("the call has no tenant; send an API key"),
            user.FindFirstValue(ClaimTypes.Name) ?? "");
    }
}
