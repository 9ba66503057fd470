using System.CommandLine;
using System.Globalization;
using MindBridge.Cli.Terminal;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Models;
using Spectre.Console;

namespace MindBridge.Cli.Running;

/// <summary><c>mindbridge run</c>: an edit file in, encoder, bridges, scores and report out.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var edits = new Option<FileInfo>("--edits") { Description = "CounterFact, ZsRE, our JSON lines or CSV, as the file is", Required = true };
        var encoderBase = new Option<DirectoryInfo>("--encoder-base") { Description = "Base encoder: a Hugging Face folder of BERT or DistilBERT", Required = true };
        var llm = new Option<DirectoryInfo[]>("--llm") { Description = "LLM to bridge to; may be given several times, the encoder is trained once", Required = true };
        var outOfScope = new Option<FileInfo?>("--out-of-scope") { Description = "Lines with a \"prompt\" whose answers must stay; without it the records that --limit leaves over" };
        var templates = new Option<string?>("--templates") { Description = "More wordings of relations to train on: JSON lines with relation and template (\"{} was born in\"), or a folder of RELATION.jsonl in ParaRel's form" };
        var limit = new Option<int?>("--limit") { Description = "Only the first N edits" };
        var epochs = new Option<int?>("--epochs") { Description = "Passes of stage I (by default 45 over a few edits, down to 20 over many)" };
        var seed = new Option<long>("--seed") { Description = "One seed, one result" };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Where everything goes; a broken run goes on there", Required = true };
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures as JSON to this file (also in --out as run.json)" };
        var command = new Command("run", """
            Everything on one edit file: train the encoder, bridge it to each LLM, score, report.
            The file's paraphrases and locality prompts only score; training never sees them.

            Example:
              mindbridge run --edits counterfact.json --encoder-base models/bert --llm models/gpt2 --llm models/llama --limit 1000 --out runs/cf
            """)
        {
            edits, encoderBase, llm, outOfScope, templates, limit, epochs, seed, folder, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var llms = parsed.GetValue(llm)!.Select(d => d.FullName).ToList();
            foreach (var twice in llms.GroupBy(l => Path.GetFileName(Path.TrimEndingDirectorySeparator(l)), StringComparer.Ordinal).Where(g => g.Count() > 1))
                throw new ArgumentException($"two LLMs are called {twice.Key}; rename one of the folders, bridges are kept by the LLM's name");
            var number = parsed.GetValue(seed);
            var notes = new ConsoleNotes();
            var data = RunFiles.Read(parsed.GetValue(edits)!.FullName, parsed.GetValue(outOfScope)?.FullName, parsed.GetValue(limit), number, notes, parsed.GetValue(templates));
            foreach (var each in llms) CausalLanguageModel.Require(each);
            if (parsed.GetValue(json) is { } figures) OutputFile.Require(figures.FullName);
            var recipe = new EncoderTrainingSettings { Seed = number };
            var settings = new EditingRunSettings
            {
                Encoder = recipe with { Epochs = parsed.GetValue(epochs) ?? recipe.Epochs },
                Bridge = new BridgeTrainingSettings { Seed = number },
            };
            var output = parsed.GetValue(folder)!.FullName;
            using var line = new ProgressLine();
            using var run = new EditingRun(settings, data, parsed.GetValue(encoderBase)!.FullName, output, line, notes);
            Say($"{data.Edits.Count:N0} edits, {data.Probes.Count:N0} probes, {data.OutOfScope.Count:N0} out-of-scope prompts");
            await run.TrainEncoderAsync(cancellationToken);
            Say($"encoder {run.EncoderId} in {run.EncoderSeconds:0} s of processor time");
            foreach (var model in llms)
            {
                var outcome = await run.BridgeAsync(model, cancellationToken);
                line.Dispose();
                AnsiConsole.Write(Table(outcome));
                Say($"bridge {outcome.BridgeId} in {outcome.BridgeSeconds:0} s of processor time");
            }
            var record = new RunRecord(run.EncoderId, run.EncoderSeconds, run.Outcomes, [.. RunRecord.GatesOfTransfer(run.EncoderId, run.EncoderSeconds, run.Outcomes)]);
            record.Write(Path.Combine(output, "run.json"));
            if (parsed.GetValue(json) is { } file) record.Write(file.FullName);
            Say($"report: {RunReporting.Write(Path.GetFileName(output), run.Folder, run.Encoder, record, data, number, cancellationToken)}");
            return 0;
        });
        return command;
    }

    private static Table Table(LlmOutcome outcome)
    {
        var table = new Table().RoundedBorder().AddColumns(outcome.Name.EscapeMarkup(), "Rel", "Gen", "Loc neighbours", "Loc held-out", "same subject", "Port", "probes");
        foreach (var (protocol, results) in outcome.Results)
            table.AddRow(
                protocol, Mean(results, ProbeKind.Reliability), Mean(results, ProbeKind.Generality), Mean(results, ProbeKind.LocalityNeighbour), Mean(results, ProbeKind.LocalityHeldOut),
                Mean(results, ProbeKind.LocalitySameSubject), Mean(results, ProbeKind.Portability), results.Count.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }

    private static string Mean(IReadOnlyList<ProbeResult> results, ProbeKind kind) =>
        Scores.Mean(results, kind) is var mean && double.IsFinite(mean) ? mean.ToString("0.0", CultureInfo.InvariantCulture) : "-";

    private static void Say(FormattableString text) => AnsiConsole.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
