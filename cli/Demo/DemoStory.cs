using MindBridge.Cli.Terminal;
using MindBridge.Cli.World;
using MindBridge.Memory;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;

namespace MindBridge.Cli.Demo;

/// <summary>The demo from beginning to end, told on stdout while it happens; progress goes to stderr.</summary>
internal sealed class DemoStory(DemoSettings settings)
{
    private const string RecordName = "demo.json";

    private readonly DemoPage page = new();

    /// <summary>Runs the demo; 0 when all gates held, else 1.</summary>
    public async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        Prepare();
        var world = DemoWorld.Load();
        var corrections = DemoCorrections.Draw(world, settings.Edits, settings.Seed);
        using var line = new ProgressLine();
        using var run = new EditingRun(settings.Run, corrections.ForRun(), settings.EncoderBase, settings.Folder, line);
        var gates = new List<Gate>();

        page.Introduce(world, corrections, settings);
        Beliefs(corrections, run, gates, cancellationToken);
        page.Corrections(corrections);

        page.Step(2, "Train the memory encoder once", "It reads the corrections and never sees a language model.");
        await run.TrainEncoderAsync(cancellationToken);
        page.Encoder(run);

        page.Step(3, $"Bridge it to {Name(settings.FirstLlm)}", "Only a small projector is trained; encoder and language model stay as they are.");
        var first = await run.BridgeAsync(settings.FirstLlm, cancellationToken);
        page.Scores(first);
        page.Texts(first);

        page.Step(4, $"A new model is released: {Name(settings.NextLlm)}", "Another architecture, another tokenizer, another width. Only a new bridge is trained.");
        var next = await run.BridgeAsync(settings.NextLlm, cancellationToken);
        page.Scores(next);
        page.Texts(next);

        foreach (var llm in run.Outcomes)
            gates.AddRange(RunRecord.GatesOfScores(llm, DemoSettings.LeastRel, DemoSettings.LeastGen, DemoSettings.LeastLoc));
        gates.AddRange(RunRecord.GatesOfTransfer(run.EncoderId, run.EncoderSeconds, run.Outcomes));
        var record = new RunRecord(run.EncoderId, run.EncoderSeconds, run.Outcomes, gates);
        var report = RunReporting.Write("demo", run, record, corrections.ForRun(), settings.Seed, cancellationToken);
        record.Write(Path.Combine(settings.Folder, RecordName));
        if (settings.Json is { } json) record.Write(json);
        page.Costs(run);
        page.Gates(gates);
        page.End(settings.Folder, report, TimeProvider.System.GetElapsedTime(began));
        if (settings.Asks) new DemoQuestions(run).Ask(cancellationToken);
        return record.Passed ? 0 : 1;
    }

    private static string Name(string folder) => Path.GetFileName(folder);

    // A finished demo is told anew, so that its costs are real; a broken one goes on where it was.
    private void Prepare()
    {
        Directory.CreateDirectory(settings.Folder);
        var record = Path.Combine(settings.Folder, RecordName);
        if (!File.Exists(record)) return;
        foreach (var part in new[] { "encoder", "bridges" })
            if (Directory.Exists(Path.Combine(settings.Folder, part))) Directory.Delete(Path.Combine(settings.Folder, part), recursive: true);
        File.Delete(record);
    }

    private void Beliefs(DemoCorrections corrections, EditingRun run, List<Gate> gates, CancellationToken cancellationToken)
    {
        var asked = corrections.Probes.Where(p => p.Kind is Memory.Scoring.ProbeKind.Reliability)
            .DistinctBy(p => p.EditId!.Split(':')[0]).Take(8).ToList();
        var known = new Dictionary<string, double>(StringComparer.Ordinal);
        var answers = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var folder in new[] { settings.FirstLlm, settings.NextLlm })
        {
            using var llm = Llm.From(folder);
            using var unedited = new Memory.Rivals.Unedited(llm);
            using var candidate = new Candidate(unedited, asked, cancellationToken);
            answers[Name(folder)] = candidate.Answers;
            known[Name(folder)] = run.Known(llm, cancellationToken);
            gates.Add(new Gate($"{Name(folder)} knows >= {DemoSettings.LeastKnown:0.#} % of the facts", known[Name(folder)] >= DemoSettings.LeastKnown));
        }
        page.Beliefs(asked, answers, known);
    }
}
