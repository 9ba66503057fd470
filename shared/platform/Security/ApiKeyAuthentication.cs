using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace MindBridge.Platform.Security;

/// <summary>Reads <c>authorization: Bearer KEY</c> (REST and gRPC alike) and finds the tenant by the key's hash.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KeyRing keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Task.FromResult(AuthenticateResult.NoResult());
        if (keys.Find(header[Bearer.Length..].Trim()) is not { } key) return Task.FromResult(AuthenticateResult.Fail("this API key is not known, or has expired; ask an operator for one"));
        var principal = Caller.Principal(key.Name, key.Role is Role.Service ? ActingFor() : key.Tenant, key.Role, SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName)));
    }

    private string ActingFor() => Request.Headers[Caller.TenantHeader].ToString() is { Length: > 0 } tenant ? tenant : Caller.EveryTenant;
}
