namespace MindBridge.Platform.Security;

/// <summary>Who may call; the configuration section <c>Security</c>.</summary>
public sealed record SecuritySettings
{
    /// <summary>Keys that are accepted. None here, in the file or by JWT: nobody may call.</summary>
    public IReadOnlyList<ApiKeySettings> ApiKeys { get; init; } = [];

    /// <summary>A file of further keys, one JSON object a line; read again when it changes, so a key that is taken out of it is refused within a second.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>Calls a second that one key may make, on average, twice as many at once; 0: as many as it likes.</summary>
    public int CallsPerSecond { get; init; }

    /// <summary>Tokens of an OpenID Connect provider that are accepted beside keys.</summary>
    public JwtSettings Jwt { get; init; } = new();
}
