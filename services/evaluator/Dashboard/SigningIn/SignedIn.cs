using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using MindBridge.Evaluator.Dashboard.Hosting;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>Ends the sign-in of a page that stays open: when its time is over, and when its key is taken away.</summary>
internal sealed class SignedIn(ILoggerFactory loggers, KeyCheck keys, FreshTokens tokens, DashboardSettings settings, TimeProvider time) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    private readonly DateTimeOffset opened = time.GetUtcNow();

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authenticationState);
        if (time.GetUtcNow() - opened >= settings.Session) return false;
        var (user, now) = (authenticationState.User, await keys.WhoseAsync(await tokens.KeyAsync(authenticationState.User)));
        // A key that lost a right, or moved, is another key.
        return now is not null && Rights(now).SetEquals(Rights(user));
    }

    /// <summary>Whose data is opened, and what may be done with it.</summary>
    public static HashSet<string> Rights(ClaimsPrincipal user) =>
        [.. user.Claims.Where(claim => claim.Type is ClaimTypes.Role or "tenant").Select(claim => claim.Type + "=" + claim.Value)];
}
