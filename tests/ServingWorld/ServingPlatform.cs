using Grpc.Core;
using Grpc.Net.Client;
using MindBridge.Contracts.V1;
using MindBridge.EditRegistry.Hosting;
using MindBridge.Evaluator.Hosting;
using MindBridge.Inference.Hosting;
using MindBridge.LocalServers;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MindBridge.ServingWorld;

/// <summary>Registry, evaluator and inference as users reach them, over the wire, on a real Postgres and a real RabbitMQ, with artifacts that were really trained.</summary>
public sealed class ServingPlatform : IAsyncDisposable
{
    /// <summary>The LLM that the bridges are for.</summary>
    public const string Llm = "demo-gpt";

    private const int Tenants = 200;
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-serving-").FullName;
    private readonly string[] keys = [.. Enumerable.Range(0, 3 * Tenants).Select(_ => ApiKey.Create())];
    private readonly List<WebApplication> hosts = [];
    private readonly Dictionary<string, GrpcChannel> channels = new(StringComparer.Ordinal);
    private int tenants;

    public LocalPostgres Postgres { get; private set; } = null!;

    public LocalRabbitMq RabbitMq { get; private set; } = null!;

    public FolderArtifactStore Store { get; private set; } = null!;

    public TrainedWorld World { get; private set; } = null!;

    public BridgeCatalogueServer Bridges { get; } = new();

    public ServiceAddresses Addresses { get; private set; } = null!;

    /// <summary>Where inference speaks HTTP.</summary>
    public string InferenceRest { get; } = FreeAddress();

    /// <summary>The LLM in the catalogue.</summary>
    public Guid LlmId { get; private set; }

    /// <summary>Where the artifacts lie.</summary>
    public string Artifacts => Path.Combine(folder, "artifacts");

    public string Folder => folder;

    /// <summary>The evaluator that tenants call.</summary>
    public WebApplication Judge { get; private set; } = null!;

    /// <summary>The inference service that tenants call.</summary>
    public WebApplication Answers { get; private set; } = null!;

    /// <summary>A caller that nobody else is.</summary>
    public Tenant NewTenant()
    {
        var number = Interlocked.Increment(ref tenants) - 1;
        return new Tenant(this, $"tenant {number}", keys[number], keys[Tenants + number], keys[(2 * Tenants) + number]);
    }

    /// <summary>Starts everything.</summary>
    public async Task StartAsync()
    {
        // Postgres' own user must be able to reach its folder.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        Store = new FolderArtifactStore(Artifacts);
        var world = TrainedWorld.TrainAsync(Path.Combine(AppContext.BaseDirectory, "trained-world"), Store);
        var rabbit = LocalRabbitMq.StartAsync(Path.Combine(folder, "rabbitmq"));
        Postgres = await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"), durable: false);
        RabbitMq = await rabbit;
        Addresses = new ServiceAddresses { EditRegistry = FreeAddress(), BridgeTrainer = FreeAddress(), Inference = FreeAddress(), Evaluator = FreeAddress(), Key = ApiKey.Create() };
        World = await world;
        await RunAsync(RegistryHost.Build([.. Settings(Addresses.EditRegistry)], Quiet));
        await RunAsync(Bridges.Host(Addresses.BridgeTrainer, Security()));
        LlmId = Guid.Parse((await NewTenant().ReleaseAsync(Llm, TrainedWorld.LlmFolder, World.LlmHash)).Id);
        Judge = await RunAsync(Evaluator());
        Answers = await RunAsync(Inference(null, "--Kestrel:Endpoints:Rest:Url=" + InferenceRest));
    }

    /// <summary>An evaluator on the platform's own database; built, not started.</summary>
    public WebApplication Evaluator(string? at = null, params string[] also) => Evaluator(at, null, also);

    /// <inheritdoc cref="Evaluator(string?, string[])"/>
    public WebApplication Evaluator(string? at, Action<WebApplicationBuilder>? change, params string[] also) => EvaluatorHost.Build(
        EvaluatorArguments(at ?? Addresses.Evaluator, also),
        builder =>
        {
            Quiet(builder);
            change?.Invoke(builder);
        });

    /// <summary>The command line of an evaluator in a process of its own.</summary>
    public string[] EvaluatorArguments(string at, params string[] also) => [.. Settings(at), "--Evaluation:Look=00:00:00.1", "--Evaluation:Part=16", "--Evaluation:MostDrop=40", .. also];

    /// <summary>An inference service; built, not started.</summary>
    public WebApplication Inference(string? at = null, params string[] also) => InferenceHost.Build([.. Settings(at ?? Addresses.Inference), "--Inference:Look=00:00:00.2", .. also], Quiet);

    /// <summary>Starts a host, and ends it with the platform.</summary>
    public async Task<WebApplication> RunAsync(WebApplication host)
    {
        lock (hosts) hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>Ends a host before the platform does.</summary>
    public async Task EndAsync(WebApplication host)
    {
        lock (hosts) hosts.Remove(host);
        // A bus starts in the background. One that is told to stop before leaves a consumer behind, which a process takes along when it ends, and which here would eat the events of the others.
        if (host.Services.GetService<MassTransit.IBusControl>() is { } bus)
            for (var wait = 0; wait < 100 && bus.CheckHealth().Status is not MassTransit.BusHealthStatus.Healthy; wait++) await Task.Delay(50);
        await host.StopAsync();
        await host.DisposeAsync();
    }

    /// <summary>A bridge of a memory, stored and listed by the bridge trainer's catalogue: the evaluator finds it by itself.</summary>
    public async Task<string> TrainedAsync(Tenant tenant, Guid memory, (string Encoder, string Projector) pair, long commit = 1, string? probes = null)
    {
        var bridge = await World.BridgeAsync(tenant.Name, memory, LlmId, pair, commit);
        Bridges.Add(new TrainedBridge
        {
            Tenant = tenant.Name, MemoryId = memory.ToString(), LlmId = LlmId.ToString(), BridgeId = bridge, CommitSequence = commit,
            EncoderIds = { pair.Encoder }, ProbeSetIds = { probes ?? World.FewProbesId },
        });
        return bridge;
    }

    /// <summary>A bridge that has passed its gate and serves.</summary>
    public async Task<string> ServingAsync(Tenant tenant, Guid memory, (string Encoder, string Projector) pair, long commit = 1, string? probes = null)
    {
        var bridge = await TrainedAsync(tenant, memory, pair, commit, probes);
        await Eventually.HoldsAsync(async () => (await ServedAsync(tenant, memory)) == bridge, $"bridge {bridge} serves");
        return bridge;
    }

    /// <summary>The bridge that inference answers with; null when none.</summary>
    public static async Task<string?> ServedAsync(Tenant tenant, Guid memory) =>
        (await tenant.Inference.ListServedAsync(new ListServedRequest(), tenant.Headers)).Served.SingleOrDefault(s => s.MemoryId == memory.ToString())?.BridgeId;

    /// <summary>One channel an address.</summary>
    public GrpcChannel Channel(string address)
    {
        lock (channels) return channels.TryGetValue(address, out var channel) ? channel : channels[address] = GrpcChannel.ForAddress(address);
    }

    /// <summary>An address that nobody listens at.</summary>
    public static string FreeAddress() => $"http://127.0.0.1:{FreePort.Find()}";

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts.AsEnumerable().Reverse().ToList()) await EndAsync(host);
        foreach (var channel in channels.Values) channel.Dispose();
        await Postgres.DisposeAsync();
        await RabbitMq.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static void Quiet(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        // MassTransit keeps the logger of the process' first host in a static, beyond that host's end; processes have one host, tests many.
        MassTransit.LogContext.ConfigureCurrentLogContext(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
    }

    private IEnumerable<string> Settings(string grpc) =>
    [
        "--Kestrel:Endpoints:Rest:Url=" + FreeAddress(), "--Kestrel:Endpoints:Rest:Protocols=Http1", "--Kestrel:Endpoints:Grpc:Url=" + grpc, "--Kestrel:Endpoints:Grpc:Protocols=Http2",
        "--Database:Kind=Postgres", $"--Database:ConnectionString={Postgres.ConnectionString}", $"--Bus:RabbitMq={RabbitMq.Address}",
        $"--Artifacts:Folder={Artifacts}", $"--Artifacts:Work={Path.Combine(folder, "work")}",
        $"--Services:EditRegistry={Addresses.EditRegistry}", $"--Services:BridgeTrainer={Addresses.BridgeTrainer}", $"--Services:Inference={Addresses.Inference}", $"--Services:Evaluator={Addresses.Evaluator}",
        $"--Services:Key={Addresses.Key}", "--Jobs:Poll=00:00:00.1", "--Jobs:Lease=00:00:03", "--Jobs:Heartbeat=00:00:00.5", .. Security(),
    ];

    private IEnumerable<string> Security() =>
    [
        .. keys.SelectMany((key, i) => (string[])[$"--Security:ApiKeys:{i}:Name=caller {i}", $"--Security:ApiKeys:{i}:Tenant=tenant {i % Tenants}", $"--Security:ApiKeys:{i}:Sha256={ApiKey.HashOf(key)}", $"--Security:ApiKeys:{i}:Role={(Role)((i / Tenants) + 1)}"]),
        $"--Security:ApiKeys:{keys.Length}:Name=platform", $"--Security:ApiKeys:{keys.Length}:Sha256={ApiKey.HashOf(Addresses.Key)}", $"--Security:ApiKeys:{keys.Length}:Role=Service",
    ];
}
