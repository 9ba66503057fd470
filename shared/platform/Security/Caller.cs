using System.Security.Claims;

namespace MindBridge.Platform.Security;

/// <summary>Who calls, and whose data that opens.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Name">The key's holder.</param>
/// <param name="Role">What the caller may do.</param>
public sealed record Caller(string Tenant, string Name, Role Role = Role.Editor)
{
    internal const string TenantClaim = "tenant";

    /// <summary>Who may look; also the name of its policy, which everything asks for that asks for no other.</summary>
    public const string Reader = "reader";

    /// <summary>Who may submit edits; also the name of its policy.</summary>
    public const string Editor = "editor";

    /// <summary>Who may release LLM versions, promote and set gates; also the name of its policy.</summary>
    public const string Operator = "operator";

    /// <summary>Who may read the audit log; also the name of its policy.</summary>
    public const string Admin = "admin";

    /// <summary>The role of the platform's own services.</summary>
    public const string Service = "service";

    /// <summary>The tenant of a service's call that names none: every tenant's data.</summary>
    public const string EveryTenant = "*";

    /// <summary>Names the tenant for whom a service acts.</summary>
    public const string TenantHeader = "mindbridge-tenant";

    /// <summary>Every role's name, from the least to the most.</summary>
    public static IReadOnlyList<string> Roles { get; } = [Reader, Editor, Operator, Admin, Service];

    /// <summary>Whether it is one of the platform's own services.</summary>
    public bool IsService => Role is Role.Service;

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
            (Role)Math.Max(0, Roles.Count - 1 - Roles.Reverse().ToList().FindIndex(user.IsInRole)));
    }

    /// <summary>The identity of a caller: it has its role and every lesser one.</summary>
    public static ClaimsPrincipal Principal(string name, string tenant, Role role, string scheme) => new(new ClaimsIdentity(
        [new Claim(TenantClaim, tenant), new Claim(ClaimTypes.Name, name), .. Roles.Take((int)role + 1).Select(r => new Claim(ClaimTypes.Role, r))], scheme));
}
