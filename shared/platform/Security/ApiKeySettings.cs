namespace MindBridge.Platform.Security;

/// <summary>Who may call; the configuration section <c>Security</c>.</summary>
public sealed record SecuritySettings
{
    /// <summary>Every key that is accepted. None: nobody may call.</summary>
    public IReadOnlyList<ApiKeySettings> ApiKeys { get; init; } = [];
}

/// <summary>One API key. The key itself is nowhere kept, only its hash.</summary>
public sealed record ApiKeySettings
{
    /// <summary>Who holds it, as histories show it.</summary>
    public required string Name { get; init; }

    /// <summary>Whose data it opens.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>SHA-256 of the key, in hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>True when it may also release and retire LLM versions.</summary>
    public bool Operator { get; init; }

    /// <summary>True when it may do all an operator may, and read the audit log.</summary>
    public bool Admin { get; init; }

    /// <summary>True for the platform's own services, which act for every tenant; <see cref="Tenant"/> says nothing then.</summary>
    public bool Service { get; init; }
}
