using System.CommandLine;
using MindBridge.Cli.Edits;
using MindBridge.Cli.Terminal;
using MindBridge.Cli.Training;
using MindBridge.Memory;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using MindBridge.Memory.Splits;

namespace MindBridge.Cli.Evaluating;

/// <summary><c>mindbridge evaluate --llm DIR [--bridge DIR | --rival NAME] --probes F --protocol all</c>.</summary>
internal static class EvaluateCommand
{
    private const double MostStrayLeaks = 0.02;

    public static Command Create()
    {
        var memory = new MemoryOptions();
        var options = new Options();
        var command = new Command("evaluate", """
            Score an edited LLM, or a rival, on probes.
            Probes are JSON lines ({"kind":"rel|gen|loc-neighbours|loc-held-out|loc-same-subject|port","prompt","answer","oldAnswer","editId"}), lists of
            {"prompt","answer","source"} (locality), or files of edits, whose own prompts, paraphrases and locality prompts become the probes.
            Protocols: generate-exact (headline), generate-prefix, teacher-forced-token, paper-teacher-forced (leaky, as published), probability, divergence.
            """);
        memory.AddTo(command);
        options.AddTo(command);
        command.SetAction((result, cancellation) =>
        {
            Run(result, memory, options, cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static void Run(ParseResult result, MemoryOptions memory, Options options, CancellationToken cancellation)
    {
        var protocols = options.ProtocolsOf(result);
        var notes = new ConsoleNotes();
        if (result.GetValue(options.Limit) is < 1 and var none) throw new ArgumentException($"--limit {none} leaves no probe; give at least 1");
        var (probes, fromProbes) = ProbesOf(result.GetRequiredValue(options.Probes), notes);
        var edits = memory.EditsOf(result) ?? (fromProbes.Count > 0 ? fromProbes : null);
        if (result.GetValue(options.Limit) is { } limit) probes = [.. probes.GroupBy(p => p.Kind).SelectMany(g => g.Take(limit))];
        if (result.GetValue(options.Training) is { Length: > 0 } training)
            new LeakCheck(training.SelectMany(f => PromptFiles.Read(f, notes)).Select(p => p.Prompt)).RefuseLeaks([.. probes]);

        using var llm = Llm.From(result.GetRequiredValue(memory.Llm));
        using var unedited = new Unedited(llm);
        var rival = result.GetValue(options.Rival);
        if (result.GetValue(options.Set) is { Length: > 0 } set && rival is not ("grace" or "ft")) throw new ArgumentException($"--set {set[0]}: only the rivals grace and ft have settings; choose one with --rival");
        if (rival is not null && result.GetValue(memory.Bridge) is { Length: > 0 }) throw new ArgumentException("--rival and --bridge are two ways to edit; give one of them");
        if (result.GetValue(options.Table) && result.GetValue(memory.Bridge) is not { Length: > 0 }) throw new ArgumentException("--table shows the ways to serve a bridge; name it with --bridge");
        if (rival is not null && edits is null) throw new ArgumentException($"--rival {rival} needs the edits; name their file with --edits");
        var validation = result.GetValue(options.Validation) is { Length: > 0 } files ? files.SelectMany(f => ProbesOf([f], notes).Probes).ToList() : null;
        using var folders = rival is null && result.GetValue(memory.Bridge) is { Length: > 0 } ? memory.Open(result, result.GetValue(options.Table) ? edits : memory.EditsOf(result), validation) : null;
        foreach (var folder in (folders?.EncoderFolders ?? []).Concat(result.GetValue(memory.Bridge) ?? []))
            if (TrainingTexts.Exist(folder)) probes = WithoutLeaks(probes, TrainingTexts.Read(folder));
        probes = WithoutLeaks(probes, edits);

        using var evaluation = new Evaluation(unedited, probes, Objects(edits), cancellation);
        foreach (var (system, model) in Models(result, memory, options, llm, folders, edits, cancellation))
            using (model)
                ScoreLines.Write(evaluation.Score(model, protocols), system, result.GetValue(options.Seed), llm.Name, result.GetValue(options.Json));
    }

    private static IEnumerable<(string System, Answerer Model)> Models(ParseResult result, MemoryOptions memory, Options options, Llm llm, MemoryFolders? folders, IReadOnlyList<Edit>? edits, CancellationToken cancellation)
    {
        if (result.GetValue(options.Rival) is { } rival)
        {
            yield return (rival, RivalOf(rival, llm, result.GetValue(memory.Encoder), edits!, result.GetValue(options.Set) ?? [], cancellation));
            yield break;
        }
        if (folders is null)
        {
            yield return ("unedited", new Unedited(llm));
            yield break;
        }

        using var edited = folders.On(llm, memory.RoutingOf(result));
        static string Name(DecisionRule rule) => $"{rule.Addressing}, gate {(rule.Gated ? "on" : "off")}".ToLowerInvariant();
        if (!result.GetValue(options.Table))
        {
            yield return (Name(edited.Shards[0].Rule), edited);
            yield break;
        }
        foreach (var mode in Enum.GetValues<AddressingMode>())
            foreach (var gated in (bool[])[false, true])
            {
                if (mode is not AddressingMode.Direct && edited.Shards.Any(s => s.Keys is null)) continue;
                var view = edited.With(s => DecisionRule.For(mode, gated, s.Keys?.Thresholds ?? new Thresholds()));
                yield return (Name(view.Shards[0].Rule), view);
            }
    }

    private static Answerer RivalOf(string name, Llm llm, string[]? encoders, IReadOnlyList<Edit> edits, string[] set, CancellationToken cancellation)
    {
        using var line = new ProgressLine();
        var meter = (ProgressMeter?)null;
        void Progress(int step, int steps, double loss) => (meter ??= new ProgressMeter(line, name, steps)).Report(step, loss);
        switch (name)
        {
            case "ike":
                var encoder = MemoryEncoder.From(encoders is [var folder, ..] ? folder : throw new ArgumentException("--rival ike finds the nearest edit by encoder feature; name the encoder with --encoder"));
                return new InContext(llm, encoder, KeyStore.Build(encoder, edits));
            case "grace":
                return Codebook.Write(llm, edits, SettingOverrides.Apply(new CodebookSettings(), set), Progress, cancellation);
            default:
                return FineTuning.Train(Llm.From(llm.Folder!), edits, SettingOverrides.Apply(new FineTuningSettings(), set), Progress, cancellation);
        }
    }

    private static Dictionary<string, string>? Objects(IReadOnlyList<Edit>? edits) => edits?.DistinctBy(e => e.Id).ToDictionary(e => e.Id, e => e.Object, StringComparer.Ordinal);

    // A file of edits brings its edits; any other file brings probes only.
    private static (IReadOnlyList<Probe> Probes, IReadOnlyList<Edit> Edits) ProbesOf(IEnumerable<string> files, IProgress<string> notes)
    {
        var (probes, edits) = (new List<Probe>(), new List<Edit>());
        foreach (var file in files)
        {
            var read = PromptFiles.ReadProbes(file, notes);
            if (read.Any(p => p.Kind is ProbeKind.Reliability) && EditsOf(file) is { } set)
            {
                probes.AddRange(set.Probes);
                edits.AddRange(set.Edits);
            }
            else
            {
                probes.AddRange(read);
            }
        }
        return (probes, edits);
    }

    private static EditSet? EditsOf(string file)
    {
        try
        {
            return EditSet.Resolve(EditFile.Read(file));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    // Training on edits is training on their prompts and wordings, so a paraphrase probe that equals one of those says nothing.
    private static IReadOnlyList<Probe> WithoutLeaks(IReadOnlyList<Probe> probes, IReadOnlyList<Edit>? edits) =>
        edits is null ? probes : Without(probes, LeakCheck.Of(edits, []).Leaks(probes), "the edits' own prompts");

    // A stray overlap between two files is left out and said; many mean that someone gave the training file for the test file, and then nothing may score.
    private static IReadOnlyList<Probe> WithoutLeaks(IReadOnlyList<Probe> probes, EncoderTrainingData texts)
    {
        var left = WithoutLeaks(probes, texts.Edits);
        var others = new LeakCheck(texts.OutOfScope.SelectMany(p => p.Wordings.Prepend(p.Prompt)).Concat(texts.Prefixes));
        var leaks = others.Leaks(left);
        if (leaks.Count > MostStrayLeaks * left.Count) others.RefuseLeaks([.. left]);
        return Without(left, leaks, "the other training texts");
    }

    private static IReadOnlyList<Probe> Without(IReadOnlyList<Probe> probes, IReadOnlyList<Leak> leaks, string texts)
    {
        if (leaks.Count == 0) return probes;
        Console.Error.WriteLine($"{leaks.Count} of {probes.Count} probes are left out, because {texts} give them away; the first: \"{leaks[0].Probe.Prompt}\" ({leaks[0].Overlap})");
        var seen = leaks.Select(l => l.Probe).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. probes.Where(p => !seen.Contains(p))];
    }

    private sealed class Options
    {
        public Option<string[]> Probes { get; } = new("--probes") { Description = "Files of probes or edits; may be given several times.", Required = true };

        public Option<string> Protocol { get; } = new("--protocol") { Description = "all, or one protocol's name.", DefaultValueFactory = _ => "all" };

        public Option<string[]> Set { get; } = new("--set") { Description = "A setting of the rival by its name: grace has layer, steps, learningRate, radius and batch; ft has layer, epochs, batch, learningRate, radius and seed. For example --set radius=0.2." };

        public Option<string> Rival { get; } = new("--rival") { Description = "Instead of a bridge: ike (the nearest edit written into the prompt), grace (a codebook inside the LLM) or ft (fine-tuning); needs --edits." };

        public Option<string[]> Validation { get; } = new("--validation") { Description = "Validation probes that choose the thresholds when keys are built from --edits." };

        public Option<string[]> Training { get; } = new("--training") { Description = "Files of prompts that training used, the out-of-scope prompts for instance: if a probe stands among them, nothing is scored." };

        public Option<bool> Table { get; } = new("--table") { Description = "Score {direct, nearest, subject} x {gate off, gate on}." };

        public Option<int?> Limit { get; } = new("--limit") { Description = "At most so many probes of each kind." };

        public Option<int> Seed { get; } = new("--seed") { Description = "Seed of the bootstrap intervals.", DefaultValueFactory = _ => 0 };

        public Option<bool> Json { get; } = new("--json") { Description = "One score card a line." };

        public void AddTo(Command command)
        {
            Rival.AcceptOnlyFromAmong("ike", "grace", "ft");
            foreach (var option in (Option[])[Probes, Protocol, Rival, Set, Validation, Training, Table, Limit, Seed, Json]) command.Options.Add(option);
        }

        public IReadOnlyList<Protocol> ProtocolsOf(ParseResult result) => result.GetRequiredValue(Protocol) is "all"
            ? Memory.Scoring.Protocols.Protocol.All : [Memory.Scoring.Protocols.Protocol.Named(result.GetRequiredValue(Protocol))];
    }
}
