using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using MindBridge.Evaluator.Dashboard.Hosting;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>Who sits at the browser. Every call is made with their own key, so that services refuse here what they refuse anywhere, and histories name the person.</summary>
internal sealed class Session(AuthenticationStateProvider authentication, FreshTokens tokens)
{
    private const string KeyClaim = "key";

    /// <summary>The API key, or the provider's access token.</summary>
    public string Key { get; private set; } = "";

    public string Name { get; private set; } = "";

    public string Tenant { get; private set; } = "";

    /// <summary>What the key may do, in a word.</summary>
    public string Role { get; private set; } = "";

    /// <summary>Whether buttons that change edits are shown.</summary>
    public bool MayEdit { get; private set; }

    /// <summary>Whether buttons that release, promote, roll back, cancel and retry are shown.</summary>
    public bool MayOperate { get; private set; }

    /// <summary>Whether the audit log is shown.</summary>
    public bool MayAudit { get; private set; }

    /// <summary>False once the sign-in has ended.</summary>
    public bool IsOpen => Key.Length > 0;

    /// <summary>Reads who it is; cheap, so everybody asks again.</summary>
    public async Task OpenAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        if (await tokens.KeyAsync(user) is not { Length: > 0 } key)
        {
            Key = "";
            return;
        }

        var caller = Caller.Of(user);
        (Key, Name, Tenant) = (key, caller.Name, caller.Tenant);
        Role = Caller.Roles[(int)caller.Role];
        (MayEdit, MayOperate, MayAudit) = (caller.Role >= Platform.Security.Role.Editor, caller.Role >= Platform.Security.Role.Operator, caller.Role >= Platform.Security.Role.Admin);
    }

    /// <summary>What the cookie holds: whose the key is, and the key. The cookie is encrypted, and no script can read it.</summary>
    public static ClaimsPrincipal Principal(ClaimsPrincipal user, string key) => new(new ClaimsIdentity([.. user.Claims, new Claim(KeyClaim, key)], DashboardModule.Scheme));

    /// <summary>The key in a cookie's identity; empty where there is none.</summary>
    public static string KeyOf(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.FindFirstValue(KeyClaim) ?? "";
    }
}
