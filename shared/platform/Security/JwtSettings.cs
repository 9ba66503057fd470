namespace MindBridge.Platform.Security;

/// <summary>Tokens of an OpenID Connect provider; the configuration section <c>Security:Jwt</c>.</summary>
public sealed record JwtSettings
{
    /// <summary>The provider's address, below which its <c>.well-known/openid-configuration</c> is found; empty: no tokens.</summary>
    public string Authority { get; init; } = "";

    /// <summary>For whom the tokens must be made out.</summary>
    public string Audience { get; init; } = "mindbridge";

    /// <summary>The claim that names the tenant.</summary>
    public string TenantClaim { get; init; } = "tenant";

    /// <summary>The claim that lists roles: reader, editor, operator or admin; the highest counts.</summary>
    public string RoleClaim { get; init; } = "roles";

    /// <summary>False only for a provider on this machine, in tests.</summary>
    public bool Https { get; init; } = true;
}
