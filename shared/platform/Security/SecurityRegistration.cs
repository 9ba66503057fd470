using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace MindBridge.Platform.Security;

/// <summary>What a service says to know its callers.</summary>
internal static class SecurityRegistration
{
    private const string Either = "key or token";

    /// <summary>Adds keys, tokens and roles, as the section <c>Security</c> tells. Nothing is open to a caller without a key unless an endpoint says so itself.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("Security").Get<SecuritySettings>() ?? new SecuritySettings();
        services.AddSingleton(settings);
        services.AddSingleton<KeyRing>();
        services.AddSingleton(new CallLimit(settings));
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusedAccess>();
        var schemes = services.AddAuthentication(Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = context => settings.Jwt.Authority.Length > 0 && IsToken(context.Request.Headers.Authorization.ToString()) ? JwtBearerDefaults.AuthenticationScheme : ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        if (settings.Jwt.Authority.Length > 0) schemes.AddJwtBearer(options => Accept(options, settings.Jwt));
        var policies = services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(Caller.Reader).Build());
        foreach (var role in Caller.Roles) policies.AddPolicy(role, policy => policy.RequireRole(role));
        return services;
    }

    // Three parts with a dot between them; a key has none.
    private static bool IsToken(string authorization) => authorization.Count(c => c == '.') == 2;

    private static void Accept(JwtBearerOptions options, JwtSettings settings)
    {
        options.Authority = settings.Authority;
        options.Audience = settings.Audience;
        options.RequireHttpsMetadata = settings.Https;
        options.MapInboundClaims = false;
        options.TokenValidationParameters = new TokenValidationParameters { ValidateIssuer = true, ValidateAudience = true, ValidateLifetime = true, ClockSkew = TimeSpan.FromMinutes(1) };
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                var told = context.Principal!;
                var role = told.FindAll(settings.RoleClaim).Select(claim => Caller.Roles.Take((int)Role.Service).ToList().IndexOf(claim.Value.ToLowerInvariant())).DefaultIfEmpty(-1).Max();
                if (told.FindFirstValue(settings.TenantClaim) is not { Length: > 0 } tenant || tenant == Caller.EveryTenant) context.Fail($"the token names no tenant; have the provider add the claim \"{settings.TenantClaim}\"");
                else if (role < 0) context.Fail($"the token gives none of the roles reader, editor, operator and admin; have the provider add the claim \"{settings.RoleClaim}\"");
                else context.Principal = Caller.Principal(told.FindFirstValue("preferred_username") ?? told.FindFirstValue("sub") ?? "token", tenant, (Role)role, JwtBearerDefaults.AuthenticationScheme);
                return Task.CompletedTask;
            },
        };
    }
}
