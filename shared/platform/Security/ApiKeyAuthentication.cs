using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace MindBridge.Platform.Security;

/// <summary>Reads <c>authorization: Bearer KEY</c> (REST and gRPC alike) and finds the tenant by the key's hash.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SecuritySettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());
        // Hashes are compared, so how long this takes tells nothing about a key.
        var hash = ApiKey.HashOf(header[Bearer.Length..].Trim());
        if (settings.ApiKeys.FirstOrDefault(k => string.Equals(k.Sha256, hash, StringComparison.OrdinalIgnoreCase)) is not { } key)
            return Task.FromResult(AuthenticateResult.Fail("this API key is not known; ask an operator for one"));
        var claims = new List<Claim> { new(Caller.TenantClaim, key.Service ? ActingFor() : key.Tenant), new(ClaimTypes.Name, key.Name) };
        if (key.Service) claims.Add(new Claim(ClaimTypes.Role, Caller.Service));
        if (key.Admin) claims.Add(new Claim(ClaimTypes.Role, Caller.Admin));
        if (key.Operator || key.Admin) claims.Add(new Claim(ClaimTypes.Role, Caller.Operator));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName)));
    }

    private string ActingFor() => Request.Headers[Caller.TenantHeader].ToString() is { Length: > 0 } tenant ? tenant : Caller.EveryTenant;
}
