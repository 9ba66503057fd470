using System.Globalization;
using System.Net.Sockets;

namespace MindBridge.LocalServers;

/// <summary>A RabbitMQ of one's own below a folder, on free ports of this machine; no system service, no shared port mapper.</summary>
public sealed class LocalRabbitMq : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private readonly string folder;
    private readonly int distribution;
    private readonly int mapper;
    private ServerProcess? names;
    private ServerProcess? server;

    private LocalRabbitMq(string folder, int port, int distribution, int mapper) => (this.folder, Port, this.distribution, this.mapper) = (folder, port, distribution, mapper);

    /// <summary>Where it listens for AMQP.</summary>
    public int Port { get; }

    /// <summary>How a bus reaches it: the broker's own guest account, which it accepts from this machine only.</summary>
    public string Address => AddressOf(Port);

    /// <summary>How to reach the broker that <see cref="OpenAsync"/> keeps below a folder.</summary>
    public static string AddressOf(string folder) => AddressOf(PortsOf(folder)[0]);

    /// <summary>Starts a new broker below an empty folder.</summary>
    /// <exception cref="IOException">It did not start; the message says why.</exception>
    public static Task<LocalRabbitMq> StartAsync(string folder, CancellationToken cancellationToken = default) =>
        StartAsync(new LocalRabbitMq(folder, FreePort.Find(), FreePort.Find(), FreePort.Find()), folder, cancellationToken);

    /// <summary>Starts the broker below a folder; it keeps its messages and ports from one time to the next.</summary>
    /// <exception cref="IOException">It did not start; the message says why.</exception>
    public static async Task<LocalRabbitMq> OpenAsync(string folder, CancellationToken cancellationToken = default)
    {
        if (!File.Exists(PortsIn(folder)))
        {
            Directory.CreateDirectory(folder);
            await SecretFile.WriteAsync(PortsIn(folder), $"{FreePort.Find()}\n{FreePort.Find()}\n{FreePort.Find()}\n", cancellationToken);
        }

        var ports = PortsOf(folder);
        return await StartAsync(new LocalRabbitMq(folder, ports[0], ports[1], ports[2]), folder, cancellationToken);
    }

    private static async Task<LocalRabbitMq> StartAsync(LocalRabbitMq rabbit, string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program)) throw new IOException("RabbitMQ is missing; install the Debian package rabbitmq-server");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "enabled_plugins"), "[].\n", cancellationToken);
        // The broker's nodes find one another through this; one started by the broker itself would stay behind.
        rabbit.names = ServerProcess.Start("epmd", null, "epmd", ["-port", rabbit.mapper.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"]);
        try
        {
            await rabbit.RestartAsync(cancellationToken);
            return rabbit;
        }
        catch
        {
            await rabbit.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends with the broker.</summary>
    public Task Ended => server?.Ended ?? Task.CompletedTask;

    /// <summary>The broker's process, and that of its port mapper.</summary>
    public IReadOnlyList<int> Processes => [server?.Id ?? 0, names?.Id ?? 0];

    /// <summary>Starts it again after <see cref="KillAsync"/>, with the same port and data.</summary>
    /// <exception cref="IOException">It did not start; the message says why.</exception>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        server = ServerProcess.Start("RabbitMQ", null, Program, [], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = folder,
            ["ERL_EPMD_PORT"] = $"{mapper}",
            ["RABBITMQ_NODENAME"] = $"mindbridge{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_DIST_PORT"] = $"{distribution}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 1:1 +sbwt none",
        });
        await server.UntilAsync(AnswersAsync, TimeSpan.FromSeconds(90), cancellationToken);
    }

    /// <summary>Kills it, as a crash would.</summary>
    public Task KillAsync() => server?.KillAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        if (names is not null) await names.DisposeAsync();
    }

    private static string AddressOf(int port) => $"amqp://guest:guest@127.0.0.1:{port}/";

    private static string PortsIn(string folder) => Path.Combine(folder, "ports");

    private static int[] PortsOf(string folder) => [.. File.ReadAllLines(PortsIn(folder)).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    // An open port is not enough: the broker is ready when it greets.
    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
            await client.GetStream().WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancellationToken);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(5));
            return await client.GetStream().ReadAsync(new byte[8], limit.Token) > 0;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
