using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MindBridge.Platform.Tests.Security;

/// <summary>An OpenID Connect provider as far as a resource server sees one: a discovery document, its keys, and tokens.</summary>
internal sealed class TokenProvider : IAsyncDisposable
{
    private readonly RSA rsa = RSA.Create(2048);
    private readonly WebApplication app;

    private TokenProvider(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    public static async Task<TokenProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var provider = new TokenProvider(app);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, string> { ["issuer"] = provider.Address, ["jwks_uri"] = provider.Address + "/keys" }));
        app.MapGet("/keys", () =>
        {
            var key = provider.rsa.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } });
        });
        await app.StartAsync();
        return provider;
    }

    public string Token(string? tenant, string[] roles, string audience = "mindbridge", TimeSpan? lasts = null, RSA? signedBy = null)
    {
        var now = DateTime.UtcNow;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = audience,
            IssuedAt = now.AddHours(-2),
            NotBefore = now.AddHours(-2),
            Expires = now + (lasts ?? TimeSpan.FromHours(1)),
            Subject = new ClaimsIdentity([new Claim("sub", "ada"), .. tenant is null ? [] : (Claim[])[new Claim("tenant", tenant)], .. roles.Select(r => new Claim("roles", r))]),
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(signedBy ?? rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        rsa.Dispose();
    }
}
