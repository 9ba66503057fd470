namespace MindBridge.Platform.Security;

/// <summary>One API key. The key itself is nowhere kept, only its hash.</summary>
public sealed record ApiKeySettings
{
    /// <summary>Who holds it, as histories show it.</summary>
    public required string Name { get; init; }

    /// <summary>Whose data it opens; for a service's key it says nothing.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>SHA-256 of the key, in hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What its holder may do.</summary>
    public Role Role { get; init; } = Role.Editor;

    /// <summary>From when on it is refused; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
