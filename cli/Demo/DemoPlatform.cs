using System.Diagnostics;
using Grpc.Core;
using MindBridge.Artifacts;
using MindBridge.Cli.Platform;
using MindBridge.Cli.Terminal;
using MindBridge.Cli.World;
using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Memory;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Platform.Artifacts;
using Evaluation = MindBridge.Contracts.V1.Evaluation;
using Probe = MindBridge.Memory.Scoring.Probe;

namespace MindBridge.Cli.Demo;

/// <summary>The demo as a user of the platform: it submits edits, releases LLM versions, waits, and asks. Everything else the platform does by itself.</summary>
internal sealed class DemoPlatform(EmbeddedPlatform platform, DemoSettings settings, ProgressLine line) : IAsyncDisposable
{
    private const string MemoryName = "demo";
    private const int ProbesAMessage = 256;
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<string, LlmVersion> released = new(StringComparer.Ordinal);
    private string memory = "";

    /// <summary>Starts the five services in this process.</summary>
    public static async Task<DemoPlatform> StartAsync(DemoSettings settings, ProgressLine line, CancellationToken cancellationToken) =>
        new(await EmbeddedPlatform.StartAsync(settings.Folder, settings.EncoderBase, settings.ForServices(), cancellationToken), settings, line);

    /// <summary>Streams the corrections into a memory and commits them; training begins by itself. What an interrupted run submitted is not submitted twice.</summary>
    public async Task SubmitAsync(DemoCorrections corrections, CancellationToken cancellationToken)
    {
        var registry = platform.Clients.Registry;
        var there = (await registry.ListMemoriesAsync(new ListMemoriesRequest(), cancellationToken: cancellationToken)).Memories.FirstOrDefault(m => m.Name == MemoryName);
        memory = there?.Id ?? "";
        if (there is { LastCommitSequence: > 0 }) return;
        if (there is null) memory = (await registry.CreateMemoryAsync(
            new CreateMemoryRequest { Name = MemoryName, Settings = new MemorySettings { CommitAfterCount = 1_000_000, CommitAfterSeconds = 3600, LeastRel = settings.Gates.Rel, LeastGen = settings.Gates.Gen, LeastLoc = settings.Gates.Loc } },
            cancellationToken: cancellationToken)).Id;
        using (var call = registry.PutOutOfScope(cancellationToken: cancellationToken))
        {
            foreach (var prompt in corrections.OutOfScope)
                await call.RequestStream.WriteAsync(new OutOfScopePrompt { Memory = memory, Prompt = prompt.Prompt, Wordings = { prompt.Wordings } }, cancellationToken);
            await call.RequestStream.CompleteAsync();
            await call;
        }

        using (var call = registry.StreamEdits(cancellationToken: cancellationToken))
        {
            foreach (var edit in corrections.AsSubmitted()) await call.RequestStream.WriteAsync(new StreamedEdit { Memory = memory, Edit = edit }, cancellationToken);
            await call.RequestStream.CompleteAsync();
            while (await call.ResponseStream.MoveNext(cancellationToken))
                if (call.ResponseStream.Current.Problems is [var problem, ..]) throw new InvalidDataException($"correction {problem.Row}: {problem.Field} {problem.Problem}");
        }

        await registry.CommitNowAsync(new CommitNowRequest { Memory = memory }, cancellationToken: cancellationToken);
    }

    /// <summary>Waits for the memory encoder.</summary>
    public Task<EncoderSet> EncoderAsync(CancellationToken cancellationToken) => UntilAsync(
        "encoder",
        async () => (await platform.Clients.Encoders.ListEncoderSetsAsync(new ListEncoderSetsRequest { MemoryId = memory }, cancellationToken: cancellationToken)).Sets.FirstOrDefault(),
        cancellationToken);

    /// <summary>The encoder's files, out of the artifact store, each verified.</summary>
    public async Task<string> EncoderFolderAsync(string encoderId, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(settings.Folder, "encoder");
        await platform.Artifacts.LoadFolderAsync(new ArtifactId(encoderId), folder, cancellationToken);
        return folder;
    }

    /// <summary>Puts an LLM version into the catalogue; re-bridging begins by itself.</summary>
    public async Task ReleaseAsync(string folder, string family, CancellationToken cancellationToken) => released[folder] = await platform.Clients.Registry.ReleaseLlmAsync(
        new ReleaseLlmRequest { Name = Path.GetFileName(folder), Version = "1", Family = family, Uri = folder, ContentHash = ContentIdentity.Of(folder) }, cancellationToken: cancellationToken);

    /// <summary>Waits until a bridge to the LLM is trained, evaluated, and promoted or held.</summary>
    public async Task<(TrainedBridge Bridge, Evaluation Evaluation)> BridgeAsync(string folder, CancellationToken cancellationToken)
    {
        var llm = released[folder].Id;
        var bridge = await UntilAsync(
            $"bridge {Path.GetFileName(folder)}",
            async () => (await platform.Clients.Bridges.ListBridgesAsync(new ListBridgesRequest { MemoryId = memory }, cancellationToken: cancellationToken)).Bridges.FirstOrDefault(b => b.LlmId == llm),
            cancellationToken);
        var evaluation = await UntilAsync(
            $"evaluating {Path.GetFileName(folder)}",
            async () => (await platform.Clients.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = memory, LlmId = llm, BridgeId = bridge.BridgeId }, cancellationToken: cancellationToken)).Evaluations.FirstOrDefault(),
            cancellationToken);
        return (bridge, evaluation);
    }

    /// <summary>The encoders that a bridge was trained for, as its manifest says, and its projector's folder.</summary>
    public async Task<BridgeManifest> ManifestAsync(string bridgeId, CancellationToken cancellationToken)
    {
        var path = Path.Combine(settings.Folder, "bridge.json");
        await platform.Artifacts.LoadAsync(new ArtifactId(bridgeId), path, cancellationToken);
        return BridgeManifest.Of(await File.ReadAllBytesAsync(path, cancellationToken));
    }

    /// <summary>Asks the serving path every probe, under each protocol.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ProbeResult>>> ScoreAsync(string folder, string bridgeId, IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
    {
        var results = new Dictionary<string, IReadOnlyList<ProbeResult>>(StringComparer.Ordinal);
        foreach (var protocol in (Protocol[])[Protocol.GenerateExact, Protocol.TeacherForcedToken]) results[protocol.Name] = await ScoreAsync(folder, bridgeId, protocol.Name, probes, cancellationToken);
        return results;
    }

    /// <summary>Why a prompt is answered as it is.</summary>
    public async Task<Explanation> ExplainAsync(string folder, string prompt, CancellationToken cancellationToken) =>
        await platform.Clients.Inference.ExplainAsync(new ExplainRequest { Target = new Target { Llm = released[folder].Id, Memory = memory }, Prompt = prompt }, cancellationToken: cancellationToken);

    public ValueTask DisposeAsync() => platform.DisposeAsync();

    private async Task<IReadOnlyList<ProbeResult>> ScoreAsync(string folder, string bridgeId, string protocol, IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
    {
        using var call = platform.Clients.Inference.Score(cancellationToken: cancellationToken);
        var asking = Task.Run(
            async () =>
            {
                foreach (var part in probes.Chunk(ProbesAMessage))
                {
                    var request = new ScoreRequest { Target = new Target { Llm = released[folder].Id, Memory = memory, BridgeId = bridgeId }, Protocol = protocol };
                    request.Probes.AddRange(part.Select(p => new Contracts.V1.Probe { Kind = (ProbeKind)p.Kind, Prompt = p.Prompt, Answer = p.Answer, OldAnswer = p.OldAnswer ?? "", EditId = p.EditId ?? "" }));
                    await call.RequestStream.WriteAsync(request, cancellationToken);
                }

                await call.RequestStream.CompleteAsync();
            },
            cancellationToken);
        var results = new ProbeResult[probes.Count];
        var (done, began) = (0, Stopwatch.GetTimestamp());
        await foreach (var scored in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            results[scored.Index] = new ProbeResult(probes[scored.Index], scored.Value, scored.Before, scored.After);
            Show($"scoring {Path.GetFileName(folder)} ({protocol})", ++done, probes.Count, double.NaN, Stopwatch.GetElapsedTime(began), null);
        }

        await asking;
        // A protocol says nothing of some kinds of probes.
        return [.. results.Where(r => r is not null)];
    }

    private async Task<T> UntilAsync<T>(string what, Func<Task<T?>> find, CancellationToken cancellationToken)
        where T : class
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(Often, cancellationToken))
        {
            var jobs = (await platform.Clients.OperationsOf(ServiceNames.EditRegistry).ListJobsAsync(new ListJobsRequest(), cancellationToken: cancellationToken)).Jobs;
            if (jobs.FirstOrDefault(j => j.State == "parked") is { } parked) throw new InvalidDataException($"{parked.Service} gave {parked.Kind} up: {parked.Reason}; the log is {platform.Home.LogOf("platform")}");
            if (await find() is { } found)
            {
                line.Dispose();
                return found;
            }

            if (jobs.FirstOrDefault(j => j.State == "running" && j.Steps > 0) is { } running)
                Show(what, running.Step, running.Steps, running.HasLoss ? running.Loss : double.NaN, Stopwatch.GetElapsedTime(began), running.HasEtaSeconds ? TimeSpan.FromSeconds(running.EtaSeconds) : null);
        }
    }

    private void Show(string phase, long step, long steps, double loss, TimeSpan elapsed, TimeSpan? left) => line.Report(new TrainingProgress(
        phase, step, steps, loss, double.NaN, elapsed, left ?? (step == 0 ? TimeSpan.Zero : elapsed * ((double)(steps - step) / step)), new Dictionary<string, double>(StringComparer.Ordinal)));
}
