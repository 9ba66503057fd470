using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>Asks the platform's own authentication whose a key is: what an API call with it would be.</summary>
internal sealed class KeyCheck(IServiceScopeFactory scopes)
{
    /// <summary>Null when the key, or the token, is not known, or not any more.</summary>
    public async Task<ClaimsPrincipal?> WhoseAsync(string key) => await CheckAsync(key) is { Succeeded: true } known ? known.Principal : null;

    /// <summary>The same, with a sentence why not.</summary>
    public async Task<AuthenticateResult> CheckAsync(string key)
    {
        if (string.IsNullOrWhiteSpace(key) || key.Any(char.IsControl)) return AuthenticateResult.Fail("there is no key");
        await using var scope = scopes.CreateAsyncScope();
        // A request of its own: the one that brought the form has been authenticated already, without the key.
        var asked = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        asked.Request.Headers.Authorization = "Bearer " + key.Trim();
        return await scope.ServiceProvider.GetRequiredService<IAuthenticationService>().AuthenticateAsync(asked, null);
    }
}
