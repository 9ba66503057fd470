namespace MindBridge.Evaluator.Dashboard.Hosting;

/// <summary>How the dashboard behaves; the configuration section <c>Dashboard</c>.</summary>
public sealed record DashboardSettings
{
    /// <summary>How long a sign-in holds; then the key is asked for again.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How often an open page looks for what is new.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The largest file of edits that a page may send, in MB.</summary>
    public int LargestImport { get; init; } = 512;

    /// <summary>How people sign in without a key.</summary>
    public ProviderSettings Provider { get; init; } = new();

    /// <exception cref="ArgumentException">A setting is out of bounds; the message names it.</exception>
    internal DashboardSettings Checked(string authority)
    {
        if (Provider.IsOn && authority.Length == 0) throw new ArgumentException("Dashboard:Provider:ClientId is given, and Security:Jwt:Authority is not; give the provider's address, whose tokens the services must accept");
        if (Provider.IsOn && !Provider.Scope.Split(' ').Contains("openid", StringComparer.Ordinal)) throw new ArgumentException($"Dashboard:Provider:Scope is \"{Provider.Scope}\"; it must hold openid, for example openid profile offline_access");
        if (Session < TimeSpan.FromMinutes(1)) throw new ArgumentException($"Dashboard:Session is {Session}; give a minute or more, for example 12:00:00");
        if (Refresh < TimeSpan.FromMilliseconds(100)) throw new ArgumentException($"Dashboard:Refresh is {Refresh}; give a tenth of a second or more, for example 00:00:02");
        if (LargestImport is < 1 or > 4096) throw new ArgumentException($"Dashboard:LargestImport is {LargestImport}; give 1 to 4096 MB");
        return this;
    }
}
