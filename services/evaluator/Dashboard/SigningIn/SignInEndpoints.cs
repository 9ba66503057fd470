using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using MindBridge.Evaluator.Dashboard.Hosting;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>Signing in and out: forms, guarded by an antiforgery token.</summary>
internal static class SignInEndpoints
{
    public const string UnknownKey = "unknown", ServiceKey = "service", Ended = "ended";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/session", SignInAsync).AllowAnonymous().ExcludeFromDescription();
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

    private static async Task<IResult> SignOutAsync([FromForm] string? why, HttpContext http)
    {
        await http.SignOutAsync(DashboardModule.Scheme);
        return Results.LocalRedirect(why == Ended ? "/login?why=ended" : "/login");
    }

    private static string Again(string why, string? next) => $"/login?why={why}" + (Local(next) is { } there ? $"&next={Uri.EscapeDataString(there)}" : "");

    // Never to another site, whatever the form says.
    private static string? Local(string? next) => next is ['/', ..] and not ['/', '/' or '\\', ..] && !next.Any(char.IsControl) ? next : null;
}
