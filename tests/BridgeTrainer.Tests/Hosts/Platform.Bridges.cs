using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using MindBridge.Artifacts;
using MindBridge.BridgeTrainer;
using MindBridge.BridgeTrainer.Hosting;
using MindBridge.Contracts;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Jobs;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Trainers.Tests;

internal sealed partial class Platform
{
    /// <summary>Starts a bridge-trainer with a work folder of its own; a later setting of one name wins.</summary>
    public Task<WebApplication> BridgeTrainerAsync(params string[] settings) => RunAsync(BridgeTrainerHost.Build, BridgeArguments(settings));

    /// <summary>Starts a bridge-trainer in a process of its own, which can be killed.</summary>
    public Process BridgeTrainerProcess(params string[] settings) => ProcessOf("MindBridge.BridgeTrainer.dll", BridgeArguments(settings));

    /// <summary>Releases a folder as an LLM version.</summary>
    public async Task<Guid> ReleaseAsync(string name, string folder, string? hash = null) => Guid.Parse((await Services.EditRegistry().ReleaseLlmAsync(new Wire.ReleaseLlmRequest
    {
        Name = name, Version = "1", Family = name, Uri = new Uri(folder).AbsoluteUri, ContentHash = hash ?? ContentIdentity.Of(folder),
    })).Id);

    /// <summary>A memory's bridge to an LLM version once it holds a commit.</summary>
    public async Task<Wire.TrainedBridge> BridgeOfAsync(Guid memory, Guid llm, long commit, int seconds = 60)
    {
        Wire.TrainedBridge? found = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                found = (await Services.Bridges().ListBridgesAsync(new Wire.ListBridgesRequest { MemoryId = memory.ToString() })).Bridges.SingleOrDefault(bridge => bridge.LlmId == llm.ToString());
                (found?.CommitSequence ?? 0).ShouldBe(commit, string.Join("; ", (await BridgeJobsAsync()).Select(job => $"{job.State} {job.Reason}")));
            },
            seconds);
        return found!;
    }

    /// <summary>What a bridge joins.</summary>
    public async Task<BridgeManifest> ManifestAsync(string bridge)
    {
        var file = Path.Combine(folder, Guid.NewGuid().ToString());
        await Store.LoadAsync(new ArtifactId(bridge), file);
        return BridgeManifest.Of(await File.ReadAllBytesAsync(file));
    }

    public async Task<T> BridgeTablesAsync<T>(Func<BridgeContext, Task<T>> read)
    {
        await using var db = new BridgeContext(new DbContextOptionsBuilder<BridgeContext>().UseNpgsql(ConnectionString("bridge_trainer")).Options);
        return await read(db);
    }

    public Task<List<Job>> BridgeJobsAsync() => BridgeTablesAsync(db => db.Set<Job>().AsNoTracking().OrderBy(job => job.CreatedAt).ToListAsync());

    private string[] BridgeArguments(string[] settings) =>
    [
        .. Arguments("BridgeTrainer"), "--Bridge:Epochs=1", "--Bridge:ReconcileEvery=00:00:00.5", "--Bridge:CheckpointEvery=00:00:00.2",
        "--Bridge:Recipe:Batch=6", "--Bridge:Recipe:SoftTokens=2", "--Bridge:Recipe:ComputeType=Float32", .. settings,
    ];
}
