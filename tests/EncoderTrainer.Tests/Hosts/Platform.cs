using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using MindBridge.EditRegistry.Hosting;
using MindBridge.EncoderTrainer;
using MindBridge.EncoderTrainer.Hosting;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Npgsql;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Trainers.Tests;

/// <summary>The registry and any number of trainers of one deployment, as processes would have them: over the wire, on a real Postgres and RabbitMQ, each with a work folder of its own.</summary>
internal sealed partial class Platform : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-deployment-").FullName;
    private readonly List<WebApplication> hosts = [];
    private readonly List<Process> processes = [];
    private readonly string serviceKey = ApiKey.Create(), tenantKey = ApiKey.Create(), otherKey = ApiKey.Create();
    private readonly Dictionary<string, int> ports = new(StringComparer.Ordinal);
    private readonly Servers servers;
    private readonly string database = $"deployment_{Guid.NewGuid():N}";
    private int workers;

    private Platform(Servers servers) => this.servers = servers;

    public const string Tenant = "acme";

    public WebApplication RegistryHost { get; private set; } = null!;

    /// <summary>As the platform's services call.</summary>
    public ServiceClients Services { get; private set; } = null!;

    /// <summary>As a caller of another tenant.</summary>
    public ServiceClients Stranger { get; private set; } = null!;

    /// <summary>What the hosts in this process logged.</summary>
    public Notes Notes { get; } = new();

    public FolderArtifactStore Store { get; private set; } = null!;

    public string StoreFolder => Path.Combine(folder, "artifacts");

    public static async Task<Platform> StartAsync(Servers servers)
    {
        var platform = new Platform(servers);
        MassTransit.LogContext.ConfigureCurrentLogContext(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await servers.ForgetEventsAsync();
        await using (var source = NpgsqlDataSource.Create(servers.Postgres.ConnectionString))
        await using (var command = source.CreateCommand($"CREATE DATABASE {platform.database}"))
            await command.ExecuteNonQueryAsync();
        platform.Store = new FolderArtifactStore(platform.StoreFolder);
        foreach (var service in (string[])["EditRegistry", "EncoderTrainer", "BridgeTrainer"]) platform.ports[service] = FreePort();
        platform.Services = new ServiceClients(platform.Addresses(platform.serviceKey));
        platform.Stranger = new ServiceClients(platform.Addresses(platform.otherKey));
        platform.RegistryHost = await platform.RunAsync(EditRegistry.Hosting.RegistryHost.Build, platform.Arguments("EditRegistry"));
        return platform;
    }

    /// <summary>What a caller of the tenant does.</summary>
    public Wire.EditRegistry.EditRegistryClient Registry => Services.EditRegistry(Tenant);

    /// <summary>Starts an encoder-trainer with a work folder of its own; a later setting of one name wins.</summary>
    public Task<WebApplication> EncoderTrainerAsync(params string[] settings) => RunAsync(EncoderTrainerHost.Build, EncoderArguments(settings));

    /// <summary>Starts an encoder-trainer in a process of its own, which can be killed.</summary>
    public Process EncoderTrainerProcess(params string[] settings) => ProcessOf("MindBridge.EncoderTrainer.dll", EncoderArguments(settings));

    private Process ProcessOf(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
        return process;
    }

    /// <summary>Stops a host in good order.</summary>
    public async Task StopAsync(WebApplication host)
    {
        hosts.Remove(host);
        await host.StopAsync();
        await host.DisposeAsync();
    }

    /// <summary>A memory that commits only when told to.</summary>
    public async Task<Guid> MemoryAsync(int capacity = 100, string name = "facts")
    {
        var memory = await Registry.CreateMemoryAsync(new Wire.CreateMemoryRequest { Name = name, Settings = new Wire.MemorySettings { CommitAfterCount = 1_000_000, CommitAfterSeconds = 3600, ShardCapacity = capacity } });
        return Guid.Parse(memory.Id);
    }

    public async Task<IReadOnlyList<Wire.SubmittedEdit>> SubmitAsync(Guid memory, params IEnumerable<Wire.Edit> edits)
    {
        var reply = await Registry.SubmitEditsAsync(new Wire.SubmitEditsRequest { Memory = memory.ToString(), Edits = { edits } });
        reply.Problems.ShouldBeEmpty();
        return reply.Edits;
    }

    public async Task<Wire.Commit> CommitAsync(Guid memory, params IEnumerable<Wire.Edit> edits)
    {
        await SubmitAsync(memory, edits);
        return await Registry.CommitNowAsync(new Wire.CommitNowRequest { Memory = memory.ToString() });
    }

    /// <summary>An edit in the tiny models' words.</summary>
    public static Wire.Edit Home(string person, string place) => new()
    {
        Subject = person,
        Relation = "home",
        Object = place,
        Prompt = $"{person} lives in",
        Paraphrases = { $"the city of {person} is" },
        Locality = { new Wire.LocalityProbe { Prompt = $"{person} works as a", Answer = "snow" } },
    };

    /// <summary>The memory's set of encoders once it holds a commit.</summary>
    public async Task<Wire.EncoderSet> EncodersOfAsync(Guid memory, long commit, int seconds = 60)
    {
        Wire.EncoderSet? found = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                found = (await Services.Encoders().ListEncoderSetsAsync(new Wire.ListEncoderSetsRequest { MemoryId = memory.ToString() })).Sets.SingleOrDefault();
                (found?.CommitSequence ?? 0).ShouldBe(commit, await JobsSaidAsync());
            },
            seconds);
        return found!;
    }

    /// <summary>What the encoder-trainer's tables hold.</summary>
    public async Task<T> TablesAsync<T>(Func<EncoderContext, Task<T>> read)
    {
        await using var db = new EncoderContext(new DbContextOptionsBuilder<EncoderContext>().UseNpgsql(ConnectionString("encoder_trainer")).Options);
        return await read(db);
    }

    public Task<List<Job>> EncoderJobsAsync(string kind) => TablesAsync(db => db.Set<Job>().AsNoTracking().Where(job => job.Kind == kind).OrderBy(job => job.CreatedAt).ToListAsync());

    /// <summary>How many events of the registry nobody has confirmed yet.</summary>
    public async Task<long> OutboxAsync()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("edit_registry"));
        await using var command = source.CreateCommand("SELECT count(*) FROM outbox");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Retries a parked job, as an operator does.</summary>
    public async Task RetryAsync(string service, Guid job)
    {
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress($"http://127.0.0.1:{ports[service]}");
        await new Wire.Operations.OperationsClient(channel).RetryJobAsync(new Wire.JobRequest { Id = job.ToString() }, new Grpc.Core.Metadata { { "authorization", $"Bearer {serviceKey}" } });
    }

    /// <summary>Unpacks a stored folder.</summary>
    public async Task<string> UnpackAsync(string id)
    {
        var place = Path.Combine(folder, "unpacked", $"{id}-{Guid.NewGuid():N}");
        await Store.LoadFolderAsync(new ArtifactId(id), place);
        return place;
    }

    public string FileOf(string id) => Path.Combine(StoreFolder, id[..2], id);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        Services.Dispose();
        Stranger.Dispose();
        foreach (var host in hosts)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<string> JobsSaidAsync() => string.Join("; ", (await TablesAsync(db => db.Set<Job>().AsNoTracking().ToListAsync())).Select(job => $"{job.Kind} {job.State} {job.Reason}"));

    private string[] EncoderArguments(string[] settings) =>
    [
        .. Arguments("EncoderTrainer"), $"--Encoder:BaseModel={servers.Models.Encoder}", "--Encoder:Epochs=2", "--Encoder:WarmEpochs=1", "--Encoder:ReconcileEvery=00:00:00.5", "--Encoder:CheckpointEvery=00:00:00.2",
        "--Encoder:Recipe:Batch=6", "--Encoder:Recipe:LearningRate=0.003", "--Encoder:Recipe:ComputeType=Float32", "--Encoder:Recipe:StoredType=Float32", .. settings,
    ];

    private string[] Arguments(string service) =>
    [
        $"--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:{FreePort()}", "--Kestrel:Endpoints:Rest:Protocols=Http1", $"--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:{PortOf(service)}", "--Kestrel:Endpoints:Grpc:Protocols=Http2",
        "--Database:Kind=Postgres", $"--Database:ConnectionString={ConnectionString(null)}", $"--Bus:RabbitMq={servers.RabbitMq.Address}",
        $"--Artifacts:Folder={StoreFolder}", $"--Artifacts:Work={Path.Combine(folder, $"work-{workers++}")}",
        $"--Services:Key={serviceKey}", .. ports.Select(port => $"--Services:{port.Key}=http://127.0.0.1:{port.Value}"),
        "--Jobs:Lease=00:00:03", "--Jobs:Heartbeat=00:00:00.5", "--Jobs:Poll=00:00:00.1", "--Jobs:FirstPause=00:00:00.1",
        "--Security:ApiKeys:0:Name=services", "--Security:ApiKeys:0:Role=Service", $"--Security:ApiKeys:0:Sha256={ApiKey.HashOf(serviceKey)}",
        "--Security:ApiKeys:1:Name=user", $"--Security:ApiKeys:1:Tenant={Tenant}", $"--Security:ApiKeys:1:Sha256={ApiKey.HashOf(tenantKey)}",
        "--Security:ApiKeys:2:Name=stranger", "--Security:ApiKeys:2:Tenant=other", $"--Security:ApiKeys:2:Sha256={ApiKey.HashOf(otherKey)}",
        "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:MindBridge=Information",
    ];

    // The first worker of a kind is where the others look for it; more of them listen elsewhere.
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    private int PortOf(string service) => taken.Add(service) ? ports[service] : FreePort();

    /// <summary>Lets the next worker of a kind take the address that its callers know.</summary>
    public void FreeAddressOf(string service) => taken.Remove(service);

    private ServiceAddresses Addresses(string key) => new()
    {
        EditRegistry = $"http://127.0.0.1:{ports["EditRegistry"]}", EncoderTrainer = $"http://127.0.0.1:{ports["EncoderTrainer"]}", BridgeTrainer = $"http://127.0.0.1:{ports["BridgeTrainer"]}", Key = key,
    };

    private string ConnectionString(string? schema) => new NpgsqlConnectionStringBuilder(servers.Postgres.ConnectionString) { Database = database, SearchPath = schema, MaxPoolSize = 20 }.ConnectionString;

    private async Task<WebApplication> RunAsync(Func<string[], Action<WebApplicationBuilder>?, WebApplication> build, string[] arguments)
    {
        var host = build(arguments, builder => builder.Logging.ClearProviders().AddProvider(Notes));
        hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
