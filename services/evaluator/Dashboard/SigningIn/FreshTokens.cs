using System.Collections.Concurrent;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using MindBridge.Evaluator.Dashboard.Hosting;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>
/// Keeps the access tokens of people who signed in through a provider from running out while a page is open. What is new is kept here, and written to the cookie with the next page that is
/// loaded; a restart forgets it, and whoever's provider takes a refresh token once only signs in again.
/// </summary>
internal sealed class FreshTokens(IOptionsMonitor<OpenIdConnectOptions> options, DashboardSettings settings, TimeProvider time, ILogger<FreshTokens> logger)
{
    private readonly ConcurrentDictionary<string, Kept> kept = new(StringComparer.Ordinal);

    /// <summary>With what services are called for somebody: their API key, or an access token that holds. Empty once there is none.</summary>
    public async Task<string> KeyAsync(ClaimsPrincipal user) => TokenSet.Of(user) is { } tokens ? (await FreshAsync(tokens))?.Access ?? "" : Session.KeyOf(user);

    /// <summary>Nobody is signed in with it any more.</summary>
    public void Forget(ClaimsPrincipal user)
    {
        if (TokenSet.Of(user) is { } tokens) kept.TryRemove(tokens.SignIn, out _);
    }

    /// <summary>Gives a page's request the tokens that hold, and its cookie too.</summary>
    public static async Task RenewCookieAsync(CookieValidatePrincipalContext context)
    {
        if (context.Principal is not { } user || TokenSet.Of(user) is not { } tokens) return;
        var services = context.HttpContext.RequestServices;
        var fresh = await services.GetRequiredService<FreshTokens>().FreshAsync(tokens);
        if (fresh?.Access == tokens.Access) return;
        // The provider may have taken a role back meanwhile.
        if (fresh is null || await services.GetRequiredService<KeyCheck>().WhoseAsync(fresh.Access) is not { } now)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(DashboardModule.Scheme);
            return;
        }

        context.ReplacePrincipal(fresh.Principal(now));
        context.ShouldRenew = true;
    }

    private async Task<TokenSet?> FreshAsync(TokenSet tokens)
    {
        var now = time.GetUtcNow();
        // A cookie that is renewed must not make a sign-in last longer.
        if (now - tokens.Opened >= settings.Session) return null;
        foreach (var old in kept.Where(k => now - k.Value.Tokens.Opened >= settings.Session)) kept.TryRemove(old.Key, out _);
        var mine = kept.GetOrAdd(tokens.SignIn, _ => new Kept(tokens));
        await mine.Turn.WaitAsync();
        try
        {
            // Another replica may have been asked before.
            if (tokens.Expires > mine.Tokens.Expires) mine.Tokens = tokens;
            if (!mine.Tokens.IsStale(now)) return mine.Tokens;
            if (mine.Tokens.Refresh.Length > 0 && await RenewAsync(mine.Tokens, now) is { } renewed) mine.Tokens = renewed;
            return mine.Tokens.Expires > now ? mine.Tokens : null;
        }
        finally
        {
            mine.Turn.Release();
        }
    }

    // RFC 6749, 6.
    private async Task<TokenSet?> RenewAsync(TokenSet tokens, DateTimeOffset now)
    {
        var provider = options.Get(ProviderSignIn.Scheme);
        try
        {
            var known = await provider.ConfigurationManager!.GetConfigurationAsync(CancellationToken.None);
            var asked = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "refresh_token", ["refresh_token"] = tokens.Refresh, ["client_id"] = settings.Provider.ClientId, ["client_secret"] = settings.Provider.ClientSecret,
            };
            if (settings.Provider.Resource.Length > 0) asked["resource"] = settings.Provider.Resource;
            using var form = new FormUrlEncodedContent(asked);
            using var answer = await provider.Backchannel.PostAsync(known.TokenEndpoint, form);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            if (!answer.IsSuccessStatusCode || Text(json, "access_token") is not { Length: > 0 } access)
            {
                logger.LogInformation("the provider renewed no token ({Status}: {Error}); its holder signs in again", (int)answer.StatusCode, Text(json, "error"));
                return null;
            }

            return TokenSet.Of(tokens.SignIn, tokens.Opened, access, Text(json, "refresh_token") ?? tokens.Refresh, Text(json, "expires_in"), now);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException or InvalidOperationException)
        {
            logger.LogWarning("the provider could not be asked for a new token, and is asked again: {Reason}", e.Message);
            return null;
        }
    }

    private static string? Text(JsonDocument json, string name) => json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;

    private sealed class Kept(TokenSet tokens)
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public TokenSet Tokens { get; set; } = tokens;
    }
}
