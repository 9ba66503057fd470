using System.CommandLine;
using MindBridge.Cli.Edits;
using MindBridge.Memory.Edits;
using MindBridge.Memory.FactTexts;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Splits;

namespace MindBridge.Cli.Training;

/// <summary>The files both training verbs read.</summary>
internal sealed class TrainingFiles
{
    public Option<string?> Edits { get; } = new("--edits") { Description = "The edits: CounterFact, ZsRE, our JSON lines or CSV, as the file is. Its paraphrases and locality prompts are never trained on." };

    public Option<string?> OutOfScope { get; } = new("--out-of-scope") { Description = "Prompts whose answers must stay; without it the edits beyond --limit, or shipped sentences." };

    public Option<string[]> Validation { get; } = new("--validation") { Description = "Probes that choose the best checkpoint and the thresholds; without it held-out wordings. May be given several times." };

    public Option<string?> Prefixes { get; } = new("--prefixes") { Description = "General sentences, one a line, put before prompts; without it the shipped ones." };

    public Option<int?> Limit { get; } = new("--limit") { Description = "Only the first N edits." };

    public Option<int> Wordings { get; } = new("--wordings") { Description = "Wordings each edit borrows from other edits of its relation, and from --templates.", DefaultValueFactory = _ => new SplitSettings().Wordings };

    public Option<string?> Templates { get; } = new("--templates") { Description = "More wordings of relations, for borrowed wordings and hard negatives: JSON lines with relation and template (\"{} was born in\"), or a folder of RELATION.jsonl in ParaRel's form." };

    public Option<int> Hard { get; } = new("--hard-negatives") { Description = "Out-of-scope prompts for each edit that ask another thing about its subject.", DefaultValueFactory = _ => 0 };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Edits, OutOfScope, Validation, Prefixes, Limit, Wordings, Templates, Hard]) command.Options.Add(option);
    }

    /// <summary>The other options say what is made of the edits: without edits they would be ignored.</summary>
    public void RefuseWithoutEdits(ParseResult parsed)
    {
        foreach (var option in (Option[])[OutOfScope, Validation, Prefixes, Limit, Wordings, Templates, Hard])
            if (parsed.GetResult(option) is { Implicit: false }) throw new ArgumentException($"{option.Name} says what to make of the edits, and none are given; name their file with --edits, or leave it out to train on the texts that lie with the encoder");
    }

    public EncoderTrainingData Read(ParseResult parsed, long seed, IProgress<string> notes)
    {
        var path = parsed.GetValue(Edits) ?? throw new ArgumentException("no edits are given; name their file with --edits");
        var file = EditFile.Read(path);
        if (file.BadRows.Count > 0) notes.Report($"{file.BadRows.Count} rows of {path} were left out; `mindbridge edits check {path}` names them");
        var set = EditSet.Resolve(file);
        if (set.Conflicts.Count > 0) notes.Report($"{set.Conflicts.Count} conflicts: the last edit of a subject and relation stands");
        var validation = parsed.GetValue(Validation) is { Length: > 0 } given ? given.SelectMany(v => PromptFiles.ReadProbes(v, notes)).ToArray() : null;
        var settings = new SplitSettings { Seed = (int)(seed % int.MaxValue), Limit = parsed.GetValue(Limit), Wordings = parsed.GetValue(Wordings), HardNegatives = parsed.GetValue(Hard) };
        if (parsed.GetValue(Templates) is { } templates) settings = settings with { Templates = PromptFiles.ReadTemplates(templates, notes) };
        // Nothing is held out for scoring here: who trains by hand brings test probes of his own.
        var split = Splitter.Make(set, settings, parsed.GetValue(OutOfScope) is { } other ? PromptFiles.Read(other, notes) : null, validation, heldOut: []);
        foreach (var (why, count) in split.LeftOut) notes.Report($"left out: {count} {why}");
        var prefixes = parsed.GetValue(Prefixes) is { } sentences ? Sentences(sentences) : GeneralPrompts.Prefixes;
        return new EncoderTrainingData { Edits = split.Edits, OutOfScope = split.OutOfScope, Validation = split.Validation, Prefixes = prefixes };
    }

    private static string[] Sentences(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file; give a file of sentences, one a line");
        string[] sentences = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0)];
        return sentences.Length > 0 ? sentences : throw new InvalidDataException($"{path} holds no sentence; give one a line, or leave --prefixes out for the shipped ones");
    }
}
