using System.Security.Claims;

namespace MindBridge.Platform.Security;

/// <summary>Who calls, and whose data that opens.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Name">The key's holder.</param>
/// <param name="IsService">Whether it is one of the platform's own services.</param>
public sealed record Caller(string Tenant, string Name, bool IsService = false)
{
    internal const string TenantClaim = "tenant";

    /// <summary>The role that releases LLM versions; also the name of its policy.</summary>
    public const string Operator = "operator";

    /// <summary>The role that reads the audit log; whoever has it is an operator, too.</summary>
    public const string Admin = "admin";

    /// <summary>The role of the platform's own services.</summary>
    public const string Service = "service";

    /// <summary>The tenant of a service's call that names none: every tenant's data.</summary>
    public const string EveryTenant = "*";

    /// <summary>Names the tenant for whom a service acts.</summary>
    public const string TenantHeader = "mindbridge-tenant";

    /// <summary>True for a service that acts for no tenant in particular.</summary>
    public bool IsForAll => IsService && Tenant == EveryTenant;

    /// <summary>True when data of this tenant may be shown.</summary>
    public bool MaySee(string tenant) => IsForAll || Tenant == tenant;

    /// <summary>The caller of a request that authentication has let through.</summary>
    public static Caller Of(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return new Caller(
            user.FindFirstValue(TenantClaim) ?? throw new UnauthorizedAccessException("the call has no tenant; send an API key"),
            user.FindFirstValue(ClaimTypes.Name) ?? "",
            user.IsInRole(Service));
    }
}
