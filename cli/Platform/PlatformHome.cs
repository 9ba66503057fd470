using System.CommandLine;
using System.Globalization;
using MindBridge.LocalServers;

namespace MindBridge.Cli.Platform;

/// <summary>The folder in which the local platform keeps everything: databases, messages, artifacts, logs, addresses and keys.</summary>
internal sealed record PlatformHome(string Folder)
{
    /// <summary>Every process of the platform carries it, with the folder as its value; so `down` and a new `up` find theirs and leave others alone.</summary>
    public const string Mark = "MINDBRIDGE_PLATFORM";

    private const string Supervisor = "supervisor";

    public string Settings => Path.Combine(Folder, "platform.json");

    /// <summary>Whose calls are accepted, beside the owner's and the services' own.</summary>
    public string Keys => Path.Combine(Folder, "keys.jsonl");

    /// <summary>The cluster of the platform's own Postgres.</summary>
    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>The platform's own RabbitMQ.</summary>
    public string RabbitMq => Path.Combine(Folder, "rabbitmq");

    public string Artifacts => Path.Combine(Folder, "artifacts");

    public string Work => Path.Combine(Folder, "work");

    public string Logs => Path.Combine(Folder, "logs");

    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    public string SupervisorLog => LogOf(Supervisor);

    private string Processes => Path.Combine(Folder, "processes");

    /// <summary>The option that names the folder.</summary>
    public static Option<DirectoryInfo?> Option() => new("--home") { Description = "The platform's folder (default: MINDBRIDGE_HOME, else ~/.local/share/mindbridge, for root /var/lib/mindbridge)" };

    /// <summary>The folder a command line means.</summary>
    public static PlatformHome Of(DirectoryInfo? given) => new(
        Path.TrimEndingDirectorySeparator(given?.FullName ?? (Environment.GetEnvironmentVariable("MINDBRIDGE_HOME") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Default)));

    // Where root starts it, Postgres runs as a user of its own, who may not enter root's home.
    private static string Default => Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()
        ? "/var/lib/mindbridge"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "mindbridge");

    /// <summary>Sees that Postgres' own user can reach the folder where root starts the platform.</summary>
    /// <exception cref="IOException">A folder above it is closed to others.</exception>
    public void Open()
    {
        Directory.CreateDirectory(Logs);
        if (!Environment.IsPrivilegedProcess || OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | UnixFileMode.OtherExecute);
        for (var above = Path.GetDirectoryName(Folder); above is not null; above = Path.GetDirectoryName(above))
            if (!File.GetUnixFileMode(above).HasFlag(UnixFileMode.OtherExecute))
                throw new IOException($"{Folder} lies in {above}, which only its owner may enter, and Postgres runs as the user postgres; choose another folder with --home, for example /var/lib/mindbridge");
    }

    /// <summary>Notes a process, so that whoever comes later can end it.</summary>
    public void Note(string process, int id)
    {
        Directory.CreateDirectory(Processes);
        File.WriteAllText(Path.Combine(Processes, process), id.ToString(CultureInfo.InvariantCulture));
    }

    public void Forget(string process)
    {
        if (Directory.Exists(Processes)) File.Delete(Path.Combine(Processes, process));
    }

    public void NoteSupervisor() => Note(Supervisor, Environment.ProcessId);

    public void ForgetSupervisor() => Forget(Supervisor);

    /// <summary>The supervisor's process; null when none runs.</summary>
    public int? RunningSupervisor() => Noted().FirstOrDefault(p => p.Name == Supervisor && ServerProcess.IsOurs(p.Id, Mark, Folder)) is { Id: > 0 and var id } ? id : null;

    /// <summary>Ends what a killed supervisor left behind.</summary>
    public async Task EndLeftoversAsync()
    {
        const int interrupt = 2;
        foreach (var (name, id) in Noted().Where(p => p.Name != Supervisor).ToList())
        {
            await ServerProcess.EndLeftoverAsync(id, Mark, Folder, interrupt, TimeSpan.FromSeconds(20));
            Forget(name);
        }
    }

    /// <summary>The platform's processes by name, the supervisor among them.</summary>
    public IEnumerable<(string Name, int Id)> Noted() => !Directory.Exists(Processes) ? [] : Directory.EnumerateFiles(Processes)
        .Select(path => (Path.GetFileName(path), int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var id) ? id : 0));
}
