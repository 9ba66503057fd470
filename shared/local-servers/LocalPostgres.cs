using System.Globalization;
using System.Security.Cryptography;

namespace MindBridge.LocalServers;

/// <summary>A Postgres of one's own below a folder, on a free port of this machine, with a password of its own; no system service.</summary>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string User = "mindbridge";
    private const int FastShutdown = 2;
    private readonly string data;
    private readonly bool durable;
    private ServerProcess? server;

    private LocalPostgres(string data, int port, string password, bool durable)
    {
        (this.data, Port, this.durable) = (data, port, durable);
        ConnectionString = $"Host=127.0.0.1;Port={port};Database=postgres;Username={User};Password={password}";
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>How Npgsql reaches it.</summary>
    public string ConnectionString { get; }

    // Postgres refuses to run as root; Debian's package brings a user for it.
    private static string? AsUser => Environment.IsPrivilegedProcess ? "postgres" : null;

    /// <summary>Makes a new database cluster below an empty folder and starts it.</summary>
    /// <param name="folder">Where its data shall lie.</param>
    /// <param name="durable">False for tests: what the machine itself loses in a power cut is lost, a killed process loses nothing.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">It did not start; the message says why.</exception>
    public static async Task<LocalPostgres> StartAsync(string folder, bool durable = true, CancellationToken cancellationToken = default)
    {
        var (password, data) = (NewPassword(), Path.Combine(folder, "data"));
        await InitialiseAsync(folder, data, password, durable, cancellationToken);
        var postgres = new LocalPostgres(data, FreePort.Find(), password, durable);
        await postgres.RestartAsync(cancellationToken);
        return postgres;
    }

    /// <summary>Starts the cluster below a folder, made if there is none yet; it keeps its data, port and password from one time to the next.</summary>
    /// <exception cref="IOException">It did not start; the message says why.</exception>
    public static async Task<LocalPostgres> OpenAsync(string folder, CancellationToken cancellationToken = default)
    {
        var (kept, data) = (Path.Combine(folder, "connection"), Path.Combine(folder, "data"));
        if (!File.Exists(kept))
        {
            if (Directory.Exists(data)) throw new IOException($"{kept} is missing, without which the data beside it cannot be opened; put the file back, or move {folder} away to begin anew");
            await SecretFile.WriteAsync(kept, $"{FreePort.Find()}\n{NewPassword()}\n", cancellationToken);
        }

        var lines = await File.ReadAllLinesAsync(kept, cancellationToken);
        if (!Directory.Exists(data))
        {
            // Made beside its place, so that a first start that broke off leaves no half of a cluster.
            var draft = Path.Combine(folder, "data.new");
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
            await InitialiseAsync(folder, draft, lines[1], durable: true, cancellationToken);
            Directory.Move(draft, data);
        }

        var postgres = new LocalPostgres(data, int.Parse(lines[0], CultureInfo.InvariantCulture), lines[1], durable: true);
        await postgres.RestartAsync(cancellationToken);
        return postgres;
    }

    /// <summary>How the cluster below a folder is reached, whoever runs it; null where there is none.</summary>
    public static string? ConnectionTo(string folder)
    {
        var kept = Path.Combine(folder, "connection");
        if (!File.Exists(kept)) return null;
        var lines = File.ReadAllLines(kept);
        return new LocalPostgres(folder, int.Parse(lines[0], CultureInfo.InvariantCulture), lines[1], durable: true).ConnectionString;
    }

    /// <summary>Ends with the server.</summary>
    public Task Ended => server?.Ended ?? Task.CompletedTask;

    /// <summary>The server's process.</summary>
    public int Process => server?.Id ?? 0;

    /// <summary>Starts it again after <see cref="KillAsync"/>, on the same port and data.</summary>
    /// <exception cref="IOException">It did not start; the message says why.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        string[] haste = durable ? [] : ["-c", "fsync=off", "-c", "full_page_writes=off"];
        server = ServerProcess.Start("Postgres", AsUser, Program("postgres"), ["-D", data, "-p", $"{Port}", "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", .. haste]);
        await server.UntilAsync(
            async token =>
            {
                try
                {
                    await ServerProcess.RunAsync("pg_isready", null, Program("pg_isready"), ["-q", "-h", "127.0.0.1", "-p", $"{Port}"], token);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60),
            cancellationToken);
    }

    /// <summary>Writes a consistent copy of everything in a database to a file, while it is used.</summary>
    /// <param name="connectionString">How Npgsql reaches it, as its superuser.</param>
    /// <param name="file">The copy, in pg_dump's own form; it appears when it is complete.</param>
    /// <param name="cancellationToken">Stops the copy.</param>
    /// <exception cref="IOException">It failed; the message says why.</exception>
    public static async Task DumpAsync(string connectionString, string file, CancellationToken cancellationToken = default)
    {
        await WithPasswordAsync(connectionString, Path.GetDirectoryName(file)!, reach => ServerProcess.RunAsync("pg_dump", null, Program("pg_dump"), ["--format=custom", $"--file={file}.part", $"--dbname={reach}"], cancellationToken), cancellationToken);
        File.Move(file + ".part", file, overwrite: true);
    }

    /// <summary>Fills a database with what <see cref="DumpAsync"/> wrote; all of it, or nothing.</summary>
    /// <exception cref="IOException">It failed; the message says why.</exception>
    public Task FillAsync(string file, CancellationToken cancellationToken = default) =>
        WithPasswordAsync(ConnectionString, Path.GetDirectoryName(data)!, reach => ServerProcess.RunAsync("pg_restore", null, Program("pg_restore"), ["--exit-on-error", "--single-transaction", "--clean", "--if-exists", $"--dbname={reach}", file], cancellationToken), cancellationToken);

    /// <summary>Kills it, as a crash would.</summary>
    public Task KillAsync() => server?.KillAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (server is null) return;
        await server.StopAsync(FastShutdown, TimeSpan.FromSeconds(10));
        await server.DisposeAsync();
    }

    // By a file: a command line can be read by everybody on the machine.
    private static async Task WithPasswordAsync(string connectionString, string folder, Func<string, Task> run, CancellationToken cancellationToken)
    {
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0].Trim(), p => p[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var secret = Path.Combine(folder, $"pgpass-{Guid.NewGuid():N}");
        await SecretFile.WriteAsync(secret, $"*:*:*:*:{parts.GetValueOrDefault("Password", "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal)}\n", cancellationToken);
        try
        {
            await run($"host={parts["Host"]} port={parts.GetValueOrDefault("Port", "5432")} dbname={parts.GetValueOrDefault("Database", "postgres")} user={parts["Username"]} passfile={secret}");
        }
        finally
        {
            File.Delete(secret);
        }
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task InitialiseAsync(string folder, string data, string password, bool durable, CancellationToken cancellationToken)
    {
        var secret = Path.Combine(folder, "password");
        await SecretFile.WriteAsync(secret, password, cancellationToken);
        if (AsUser is { } user) await ServerProcess.RunAsync("chown", null, "chown", ["-R", user, folder], cancellationToken);
        await ServerProcess.RunAsync("initdb", AsUser, Program("initdb"), ["-D", data, "-U", User, $"--pwfile={secret}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", .. durable ? [] : (string[])["--no-sync"]], cancellationToken);
        File.Delete(secret);
    }

    private static string Program(string name)
    {
        const string versions = "/usr/lib/postgresql";
        var newest = Directory.Exists(versions)
            ? Directory.EnumerateDirectories(versions).OrderByDescending(v => int.TryParse(Path.GetFileName(v), out var n) ? n : 0).Select(v => Path.Combine(v, "bin", name)).FirstOrDefault(File.Exists)
            : null;
        return newest ?? name;
    }
}
