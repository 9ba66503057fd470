using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using MindBridge.Evaluator.Dashboard.Hosting;
using MindBridge.Evaluator.Dashboard.ServingAssets;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>Signing in and out: forms, guarded by an antiforgery token.</summary>
internal static class SignInEndpoints
{
    public const string UnknownKey = "unknown", ServiceKey = "service", Ended = "ended", Declined = "declined", NoRights = "rights", ProviderFailed = "provider";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/session", SignInAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/session/provider", (string? next, DashboardSettings settings) => settings.Provider.IsOn
            ? Results.Challenge(new AuthenticationProperties { RedirectUri = "/session/arrived?next=" + Uri.EscapeDataString(Local(next) ?? "/") }, [ProviderSignIn.Scheme])
            : Results.NotFound()).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/session/arrived", (string? next) => Results.Content(Arrived(Local(next) ?? "/"), "text/html; charset=utf-8")).AllowAnonymous().ExcludeFromDescription();
        // The form was made for whoever is signed in, and so is its token.
        routes.MapPost("/session/end", SignOutAsync).RequireAuthorization(DashboardModule.Scheme).ExcludeFromDescription();
    }

    private static async Task<IResult> SignInAsync([FromForm] string? key, [FromForm] string? next, HttpContext http, KeyCheck keys)
    {
        if (await keys.WhoseAsync(key ?? "") is not { } user) return Results.LocalRedirect(Again(UnknownKey, next));
        if (user.IsInRole(Caller.Service)) return Results.LocalRedirect(Again(ServiceKey, next));
        await http.SignInAsync(DashboardModule.Scheme, Session.Principal(user, key!.Trim()));
        return Results.LocalRedirect(Local(next) ?? "/");
    }

    private static async Task<IResult> SignOutAsync([FromForm] string? why, HttpContext http, FreshTokens tokens)
    {
        tokens.Forget(http.User);
        await http.SignOutAsync(DashboardModule.Scheme);
        return Results.LocalRedirect(why == Ended ? "/login?why=ended" : "/login");
    }

    // The cookie goes with no request that another site began, and a redirection from the provider is one: the page goes on by itself, from here.
    private static string Arrived(string next)
    {
        var there = HtmlEncoder.Default.Encode(next);
        return $"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8" /><title>Signed in · MindBridge</title><link rel="icon" type="image/svg+xml" href="{Embedded.Url("mark.svg")}" /><meta http-equiv="refresh" content="0;url={there}" /></head><body><p>You are signed in. <a href="{there}">Go on</a></p></body></html>""";
    }

    /// <summary>The sign-in page, with why.</summary>
    public static string Again(string why, string? next) => $"/login?why={why}" + (Local(next) is { } there ? $"&next={Uri.EscapeDataString(there)}" : "");

    // Never to another site, whatever the form says.
    private static string? Local(string? next) => next is ['/', ..] and not ['/', '/' or '\\', ..] && !next.Any(char.IsControl) ? next : null;
}
