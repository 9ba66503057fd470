using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>Asks the platform's own authentication whose a key is: what an API call with it would be.</summary>
internal sealed class KeyCheck(IServiceScopeFactory scopes)
{
    /// <summary>Null when the key is not known, or not any more.</summary>
    public async Task<ClaimsPrincipal?> WhoseAsync(string key)
    {
        if (string.IsNullOrWhiteSpace(key) || key.Any(char.IsControl)) return null;
        await using var scope = scopes.CreateAsyncScope();
        // A request of its own: the one that brought the form has been authenticated already, without the key.
        var asked = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        asked.Request.Headers.Authorization = "Bearer " + key.Trim();
        var result = await scope.ServiceProvider.GetRequiredService<IAuthenticationService>().AuthenticateAsync(asked, null);
        return result.Succeeded ? result.Principal : null;
    }
}
