using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using MindBridge.Evaluator.Dashboard.Hosting;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>
/// Sign-in through an OpenID Connect provider: authorization code with PKCE. Who somebody is, and what they may do, is read from the access token by the platform's own authentication, as it
/// would be in a call of an API.
/// </summary>
internal static class ProviderSignIn
{
    public const string Scheme = "Provider";

    /// <summary>Where the provider sends people back to; it is registered there.</summary>
    public const string Back = "/session/provider/back";

    public static void Add(AuthenticationBuilder schemes, ProviderSettings settings, JwtSettings jwt) => schemes.AddOpenIdConnect(Scheme, options =>
    {
        options.SignInScheme = DashboardModule.Scheme;
        options.Authority = jwt.Authority;
        options.RequireHttpsMetadata = jwt.Https;
        (options.ClientId, options.ClientSecret) = (settings.ClientId, settings.ClientSecret);
        options.CallbackPath = Back;
        (options.ResponseType, options.ResponseMode, options.UsePkce) = (OpenIdConnectResponseType.Code, OpenIdConnectResponseMode.Query, true);
        options.Scope.Clear();
        foreach (var scope in settings.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)) options.Scope.Add(scope);
        if (settings.Resource.Length > 0) options.Resource = settings.Resource;
        options.MapInboundClaims = false;
        // The answer is an ordinary navigation to us, which "lax" cookies go with, over plain http too.
        foreach (var cookie in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie]) (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        options.Events = new OpenIdConnectEvents { OnTokenValidated = AcceptAsync, OnRemoteFailure = ExplainAsync };
    });

    private static async Task AcceptAsync(TokenValidatedContext context)
    {
        var services = context.HttpContext.RequestServices;
        var (answer, now) = (context.TokenEndpointResponse!, services.GetRequiredService<TimeProvider>().GetUtcNow());
        var known = await services.GetRequiredService<KeyCheck>().CheckAsync(answer.AccessToken ?? "");
        if (known.Principal is not { } user)
        {
            context.Fail(new NoRightsException(known.Failure?.Message ?? "the access token is no JSON web token"));
            return;
        }

        var tokens = TokenSet.Of(Guid.NewGuid().ToString("N"), now, answer.AccessToken!, answer.RefreshToken, answer.ExpiresIn, now);
        context.Principal = tokens.Principal(user);
    }

    private static Task ExplainAsync(RemoteFailureContext context)
    {
        var log = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProviderSignIn));
        log.LogWarning("a sign-in through the provider failed: {Reason}", context.Failure?.Message);
        var why = context.Failure is NoRightsException ? SignInEndpoints.NoRights : context.Request.Query["error"] == "access_denied" ? SignInEndpoints.Declined : SignInEndpoints.ProviderFailed;
        context.HandleResponse();
        context.Response.Redirect(SignInEndpoints.Again(why, null));
        return Task.CompletedTask;
    }

    private sealed class NoRightsException(string message) : Exception(message);
}
