using System.Globalization;
using System.Security.Claims;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>What a provider gave for one sign-in.</summary>
/// <param name="SignIn">Which sign-in; a cookie's copy of it may be older than another.</param>
/// <param name="Opened">When it was made.</param>
/// <param name="Access">What services are called with.</param>
/// <param name="Refresh">What brings the next; empty where the provider gave none.</param>
/// <param name="Expires">When the access token does.</param>
/// <param name="Held">How long it held when it came.</param>
internal sealed record TokenSet(string SignIn, DateTimeOffset Opened, string Access, string Refresh, DateTimeOffset Expires, TimeSpan Held)
{
    private const string SignInClaim = "sign-in", OpenedClaim = "opened", RefreshClaim = "refresh", ExpiresClaim = "expires", HeldClaim = "held";

    // A provider that does not say how long its token holds is asked again soon.
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(1);

    /// <summary>From an answer of the provider's token endpoint.</summary>
    public static TokenSet Of(string signIn, DateTimeOffset opened, string access, string? refresh, string? expiresIn, DateTimeOffset now)
    {
        var held = double.TryParse(expiresIn, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : Unsaid;
        return new TokenSet(signIn, opened, access, refresh ?? "", now + held, held);
    }

    /// <summary>From a cookie; null where somebody signed in with an API key.</summary>
    public static TokenSet? Of(ClaimsPrincipal user) => user.FindFirstValue(SignInClaim) is not { Length: > 0 } signIn ? null : new TokenSet(
        signIn, Moment(user, OpenedClaim), Session.KeyOf(user), user.FindFirstValue(RefreshClaim) ?? "", Moment(user, ExpiresClaim), TimeSpan.FromSeconds(double.Parse(user.FindFirstValue(HeldClaim) ?? "0", CultureInfo.InvariantCulture)));

    /// <summary>Whether it is time for the next: a little before it must be.</summary>
    public bool IsStale(DateTimeOffset now) => Expires - now < (Held / 4 < TimeSpan.FromMinutes(1) ? Held / 4 : TimeSpan.FromMinutes(1));

    /// <summary>What a cookie holds of it.</summary>
    public ClaimsPrincipal Principal(ClaimsPrincipal user)
    {
        var whole = Session.Principal(user, Access);
        ((ClaimsIdentity)whole.Identity!).AddClaims([
            new Claim(SignInClaim, SignIn), new Claim(OpenedClaim, Written(Opened)), new Claim(RefreshClaim, Refresh), new Claim(ExpiresClaim, Written(Expires)), new Claim(HeldClaim, Held.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
        ]);
        return whole;
    }

    private static string Written(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(ClaimsPrincipal user, string claim) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(user.FindFirstValue(claim) ?? "0", CultureInfo.InvariantCulture));
}
