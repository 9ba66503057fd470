using MindBridge.Cli.Terminal;
using MindBridge.Cli.World;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using MindBridge.Platform.Artifacts;

namespace MindBridge.Cli.Demo;

/// <summary>
/// The demo from beginning to end, told on stdout while it happens; progress goes to stderr. The five services run in this process and do the work; the story only
/// submits, releases, waits and asks.
/// </summary>
internal sealed class DemoStory(DemoSettings settings)
{
    private const string RecordName = "demo.json", UnfinishedName = "demo.unfinished";

    private readonly DemoPage page = new();
    private readonly List<LlmOutcome> outcomes = [];

    /// <summary>Runs the demo; 0 when all gates held, else 1.</summary>
    public async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        var goesOn = Prepare();
        var world = DemoWorld.Load();
        var corrections = DemoCorrections.Draw(world, settings.Edits, settings.Seed);
        using var line = new ProgressLine();
        var gates = new List<Gate>();

        page.Introduce(world, corrections, settings);
        if (goesOn) page.GoOn(settings.Folder);
        var known = Beliefs(corrections, gates, cancellationToken);
        page.Corrections(corrections);

        await DemoFiles.SentencesAsync(settings.Folder, cancellationToken);
        await using var platform = await DemoPlatform.StartAsync(settings, line, cancellationToken);
        page.Step(2, "Submit the corrections", "They go to the edit registry; the memory encoder is trained on them by itself, and never sees a language model.");
        await platform.SubmitAsync(corrections, cancellationToken);
        var set = await platform.EncoderAsync(cancellationToken);
        var (encoderId, encoderSeconds) = (set.Parts[0].EncoderId, set.Parts[0].TrainSeconds);
        page.Encoder(encoderId, encoderSeconds);

        page.Step(3, $"{Name(settings.FirstLlm)} is released", "Only a small projector is trained; encoder and language model stay as they are.");
        await BridgeAsync(platform, settings.FirstLlm, "gpt2", corrections, known, cancellationToken);

        page.Step(4, $"A new model is released: {Name(settings.NextLlm)}", "Another architecture, another tokenizer, another width. Only a new bridge is trained.");
        await BridgeAsync(platform, settings.NextLlm, "llama", corrections, known, cancellationToken);

        foreach (var llm in outcomes)
            gates.AddRange(RunRecord.GatesOfScores(llm, DemoSettings.LeastRel, DemoSettings.LeastGen, DemoSettings.LeastLoc));
        gates.AddRange(RunRecord.GatesOfTransfer(encoderId, encoderSeconds, outcomes));
        var record = new RunRecord(encoderId, encoderSeconds, outcomes, gates);
        using var encoder = MemoryEncoder.From(await platform.EncoderFolderAsync(encoderId, cancellationToken));
        var report = RunReporting.Write("demo", settings.Folder, encoder, record, corrections.ForRun(), settings.Seed, cancellationToken);
        record.Write(Path.Combine(settings.Folder, RecordName));
        if (settings.Json is { } json) record.Write(json);
        File.Delete(Path.Combine(settings.Folder, UnfinishedName));
        page.Costs(encoderId, encoderSeconds, outcomes);
        page.Gates(gates);
        page.End(settings.Folder, report, TimeProvider.System.GetElapsedTime(began));
        if (settings.Asks) await new DemoQuestions(platform, [settings.FirstLlm, settings.NextLlm]).AskAsync(cancellationToken);
        return record.Passed ? 0 : 1;
    }

    private static string Name(string folder) => Path.GetFileName(folder);

    private async Task BridgeAsync(DemoPlatform platform, string llm, string family, DemoCorrections corrections, Dictionary<string, double> known, CancellationToken cancellationToken)
    {
        await platform.ReleaseAsync(llm, family, cancellationToken);
        var (bridge, evaluation) = await platform.BridgeAsync(llm, cancellationToken);
        page.Promotion(Name(llm), evaluation.GatePassed, evaluation.Reasons);
        var results = await platform.ScoreAsync(llm, bridge.BridgeId, corrections.Probes, cancellationToken);
        var part = (await platform.ManifestAsync(bridge.BridgeId, cancellationToken)).Parts[0];
        // The encoder this bridge goes with, computed anew from its files.
        var encoder = await new FolderArtifactStore(Path.Combine(settings.Folder, "artifacts")).SaveFolderAsync(await platform.EncoderFolderAsync(part.EncoderId, cancellationToken), cancellationToken);
        var outcome = new LlmOutcome(
            Name(llm), llm, known[Name(llm)], encoder.Value, bridge.BridgeId, settings.Folder, bridge.TrainSeconds,
            results.ToDictionary(r => r.Key, r => Scores.Of(r.Value), StringComparer.Ordinal), results);
        outcomes.Add(outcome);
        page.Scores(outcome);
        page.Texts(outcome);
    }

    // A demo is told anew each time, so that its costs are real. One that was interrupted goes on, and what it had trained keeps the seconds that it took.
    private bool Prepare()
    {
        var unfinished = Path.Combine(settings.Folder, UnfinishedName);
        if (File.Exists(unfinished) && File.ReadAllText(unfinished) == settings.Identity) return true;
        Directory.CreateDirectory(settings.Folder);
        foreach (var part in new[] { "encoder", "bridges", "databases", "artifacts", "work", "logs" })
            if (Directory.Exists(Path.Combine(settings.Folder, part))) Directory.Delete(Path.Combine(settings.Folder, part), recursive: true);
        File.Delete(Path.Combine(settings.Folder, RecordName));
        File.WriteAllText(unfinished, settings.Identity);
        return false;
    }

    private Dictionary<string, double> Beliefs(DemoCorrections corrections, List<Gate> gates, CancellationToken cancellationToken)
    {
        var asked = corrections.Probes.Where(p => p.Kind is Memory.Scoring.ProbeKind.Reliability)
            .DistinctBy(p => p.EditId!.Split(':')[0]).Take(8).ToList();
        var known = new Dictionary<string, double>(StringComparer.Ordinal);
        var answers = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var folder in new[] { settings.FirstLlm, settings.NextLlm })
        {
            using var llm = Llm.From(folder);
            using var unedited = new Unedited(llm);
            using var candidate = new Candidate(unedited, asked, cancellationToken);
            answers[Name(folder)] = candidate.Answers;
            known[Name(folder)] = EditingRun.Known(llm, corrections.Known, cancellationToken: cancellationToken);
            gates.Add(new Gate($"{Name(folder)} knows >= {DemoSettings.LeastKnown:0.#} % of the facts", known[Name(folder)] >= DemoSettings.LeastKnown));
        }

        page.Beliefs(asked, answers, known);
        return known;
    }
}
