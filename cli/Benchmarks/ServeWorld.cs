using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using MindBridge.Artifacts;
using MindBridge.Cli.Demo;
using MindBridge.Cli.World;
using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Inference.Hosting;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace MindBridge.Cli.Benchmarks;

/// <summary>An inference service over loopback with some LLMs and one small memory, really trained.</summary>
internal sealed class ServeWorld : IAsyncDisposable
{
    private const string Tenant = "bench";
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-bench-").FullName;
    private readonly List<WebApplication> hosts = [];
    private readonly List<IDisposable> owned = [];
    private IReadOnlyList<string> editedPrompts = [];
    private MemoryEncoder? encoder;
    private int drawn;

    public IReadOnlyList<string> Llms { get; private set; } = [];

    public Contracts.V1.Inference.InferenceClient Client { get; private set; } = null!;

    public Metadata Headers { get; private set; } = [];

    public string Memory { get; } = Guid.NewGuid().ToString();

    /// <summary>The LLM that the memory is bridged to.</summary>
    public string EditedLlm => Llms[0];

    public IReadOnlyList<string> Prompts { get; private set; } = [];

    public static async Task<ServeWorld> StartAsync(IReadOnlyList<string> llms, CancellationToken cancellation)
    {
        var world = new ServeWorld();
        try
        {
            await world.StartServicesAsync(llms, cancellation);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>A prompt that the memory knows in a form the service has not read.</summary>
    public string NewPrompt() => $"{Prompts[drawn % Prompts.Count]} it was said {drawn++}. {editedPrompts[drawn % editedPrompts.Count]}";

    /// <summary>Seconds that the encoder takes for a prompt by itself.</summary>
    public double TimeEncoderPass(string prompt)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        encoder!.Features([prompt]).Dispose();
        return System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in owned) each.Dispose();
        foreach (var host in hosts.AsEnumerable().Reverse())
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
        if (Directory.Exists(MiniLlms.Made)) Directory.Delete(MiniLlms.Made, recursive: true);
    }

    private async Task StartServicesAsync(IReadOnlyList<string> llms, CancellationToken cancellation)
    {
        var (own, service, artifacts) = (ApiKey.Create(), ApiKey.Create(), Path.Combine(folder, "artifacts"));
        string[] security =
        [
            "--Security:ApiKeys:0:Name=bench", $"--Security:ApiKeys:0:Tenant={Tenant}", $"--Security:ApiKeys:0:Sha256={ApiKey.HashOf(own)}",
            "--Security:ApiKeys:1:Name=platform", $"--Security:ApiKeys:1:Sha256={ApiKey.HashOf(service)}", "--Security:ApiKeys:1:Service=true",
        ];
        var catalogue = new ServedCatalogue();
        catalogue.Llms.AddRange(llms.Select(f => new LlmVersion { Id = Guid.NewGuid().ToString(), Name = Path.GetFileName(f), Version = "1", Family = "bench", Uri = f, ContentHash = ContentIdentity.Of(f), ReleasedAt = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture) }));
        Llms = [.. catalogue.Llms.Select(l => l.Name)];
        await TrainAsync(catalogue, new FolderArtifactStore(artifacts), llms[0], cancellation);
        var (others, serving) = (FreeAddress(), FreeAddress());
        hosts.Add(await catalogue.StartAsync(others, security));
        hosts.Add(InferenceHost.Build(
            [
                "--Kestrel:Endpoints:Rest:Url=" + FreeAddress(), "--Kestrel:Endpoints:Grpc:Url=" + serving, "--Kestrel:Endpoints:Grpc:Protocols=Http2", $"--Artifacts:Folder={artifacts}",
                $"--Artifacts:Work={Path.Combine(folder, "work")}", $"--Services:EditRegistry={others}", $"--Services:Evaluator={others}", $"--Services:Key={service}", "--Inference:Look=00:00:00.2", .. security,
            ],
            builder => builder.Logging.ClearProviders()));
        await hosts[^1].StartAsync(cancellation);
        var channel = GrpcChannel.ForAddress(serving);
        owned.Add(channel);
        (Client, Headers) = (new Contracts.V1.Inference.InferenceClient(channel), new Metadata { { "authorization", "Bearer " + own } });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while ((await Client.ListServedAsync(new ListServedRequest(), Headers, cancellationToken: patience.Token)).Served.Count == 0) await Task.Delay(50, patience.Token);
    }

    // Small, for its speed and not its scores: the memory need only speak.
    private async Task TrainAsync(ServedCatalogue catalogue, FolderArtifactStore store, string llm, CancellationToken cancellation)
    {
        var corrections = DemoCorrections.Draw(DemoWorld.Load(), 40, seed: 5);
        (string encoderFolder, string bridgeFolder) = (Path.Combine(folder, "encoder"), Path.Combine(folder, "bridge"));
        await MindBridge.Memory.Pretraining.EncoderTrainer.TrainAsync(
            new EncoderTrainingSettings { Epochs = 12, Batch = 8, WordingShare = 0.3, PrefixShare = 0.3, Contrast = 0, Seed = 1, Threads = 1 },
            new EncoderTrainingData { Edits = corrections.Edits, OutOfScope = [.. corrections.OutOfScope.Take(60)], Prefixes = [.. corrections.Prefixes.Take(60)] },
            Path.Combine(DemoSettings.ShippedModels, "demo-encoder"), encoderFolder, cancellationToken: cancellation);
        await MindBridge.Memory.Bridging.BridgeTrainer.TrainAsync(
            BridgeTrainingSettings.Quick with { Epochs = 4, Batch = 8, LearningRate = 2e-3, Threads = 1 },
            new BridgeTrainingData { Edits = corrections.Edits, OutOfScope = [.. corrections.OutOfScope.Take(60)], Prefixes = [.. corrections.Prefixes.Take(60)] },
            [encoderFolder], llm, bridgeFolder, cancellationToken: cancellation);
        torch.set_num_threads(1);
        encoder = MemoryEncoder.From(encoderFolder);
        owned.Add(encoder);
        editedPrompts = [.. corrections.Edits.Select(e => e.Prompt)];
        Prompts = [.. corrections.Known.Take(64).Select(p => p.Prompt)];
        var memory = Guid.Parse(Memory);
        var part = new BridgePart(memory, (await store.SaveFolderAsync(encoderFolder, cancellation)).Value, (await store.SaveFolderAsync(bridgeFolder, cancellation)).Value);
        var manifest = new BridgeManifest(Tenant, memory, Guid.Parse(catalogue.Llms[0].Id), catalogue.Llms[0].ContentHash, 1, [part]);
        using var bytes = new MemoryStream(manifest.ToBytes());
        catalogue.Deployments.Add(new Deployment { Tenant = Tenant, MemoryId = Memory, LlmId = catalogue.Llms[0].Id, Champion = (await store.SaveAsync(bytes, cancellation)).Value, Sequence = 1 });
    }

    private static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
