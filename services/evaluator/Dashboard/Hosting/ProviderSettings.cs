namespace MindBridge.Evaluator.Dashboard.Hosting;

/// <summary>Sign-in through the OpenID Connect provider of <c>Security:Jwt</c>; the configuration section <c>Dashboard:Provider</c>.</summary>
public sealed record ProviderSettings
{
    /// <summary>As whom the dashboard is registered with the provider; empty: people sign in with API keys only.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>What proves to the provider that it is the dashboard.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>What the sign-in page calls the provider.</summary>
    public string Name { get; init; } = "your organisation";

    /// <summary>What is asked for, with blanks between.</summary>
    public string Scope { get; init; } = "openid profile offline_access";

    /// <summary>For whom the access token shall be made out, where the provider wants to be told (RFC 8707); empty: it knows.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Whether people can sign in through it.</summary>
    public bool IsOn => ClientId.Length > 0;
}
