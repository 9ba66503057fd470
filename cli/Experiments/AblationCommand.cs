using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Cli.Demo;
using MindBridge.Cli.Running;
using MindBridge.Cli.Terminal;
using MindBridge.Cli.World;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Running;
using Spectre.Console;

namespace MindBridge.Cli.Experiments;

/// <summary><c>mindbridge experiment ablation</c>.</summary>
internal static class AblationCommand
{
    private const int DemoEdits = 200;

    public static Command Create()
    {
        var edits = new Option<FileInfo?>("--edits") { Description = "Edits as `mindbridge run` takes them; without it, corrections of the demo's world" };
        var outOfScope = new Option<FileInfo?>("--out-of-scope") { Description = "Prompts to stay as they are, for training" };
        var limit = new Option<int?>("--limit") { Description = $"Use the first N edits (demo's world: {DemoEdits})" };
        var encoderBase = new Option<DirectoryInfo?>("--encoder-base") { Description = "Base encoder (the demo's)" };
        var llm = new Option<DirectoryInfo[]>("--llm") { Description = "LLM; may be given several times (the demo's first)", DefaultValueFactory = _ => [] };
        var epochs = new Option<int>("--epochs") { Description = "Passes of stage I; with too few of them no variant has learnt enough to differ", DefaultValueFactory = _ => 60 };
        var seed = new Option<long>("--seed") { Description = "Seed of all variants" };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Where the artifacts go", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("runs", "ablation")) };
        var json = new Option<bool>("--json") { Description = "One JSON object a row instead of a table" };
        var command = new Command("ablation", """
            Train the encoder with all three objectives and without each in turn; print Rel, Gen and Loc of every variant,
            by the query's own feature (direct) and by the nearest edit's (nearest), with the gate on and off.
            A row's seconds are those of its encoder and bridge. Finished variants in --out are not trained again.
            """)
        {
            edits, outOfScope, limit, encoderBase, llm, epochs, seed, folder, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var number = parsed.GetValue(seed);
            var demo = new DemoSettings { Folder = parsed.GetValue(folder)!.FullName, Models = DemoSettings.ShippedModels, Seed = number };
            var file = parsed.GetValue(edits);
            var data = file is null
                ? DemoCorrections.Draw(DemoWorld.Load(), parsed.GetValue(limit) ?? DemoEdits, number).ForRun()
                : RunFiles.Read(file.FullName, parsed.GetValue(outOfScope)?.FullName, parsed.GetValue(limit), number, new ConsoleNotes());
            var models = parsed.GetValue(llm) is { Length: > 0 } given ? given.Select(d => d.FullName).ToList() : [demo.FirstLlm];
            var settings = new EditingRunSettings
            {
                Encoder = new EncoderTrainingSettings { Epochs = parsed.GetValue(epochs), WordingShare = 0.6, Contrast = 0, Seed = number },
                Bridge = new BridgeTrainingSettings { Seed = number },
            };
            using var line = new ProgressLine();
            var ablation = new Ablation(settings, data, parsed.GetValue(encoderBase)?.FullName ?? demo.EncoderBase, models, demo.Folder);
            var rows = new List<AblationRow>();
            await foreach (var row in ablation.RunAsync(line, cancellationToken))
            {
                rows.Add(row);
                if (parsed.GetValue(json)) Console.WriteLine(Json(row));
            }
            line.Dispose();
            if (!parsed.GetValue(json)) AnsiConsole.Write(Table(rows));
            return 0;
        });
        return command;
    }

    internal static string Json(AblationRow row)
    {
        static double? Number(double value) => double.IsFinite(value) ? Math.Round(value, 3) : null;
        return JsonSerializer.Serialize(new
        {
            variant = row.Variant, llm = row.Llm, addressing = row.Addressing, gate = row.Gate, rel = Number(row.Rel), gen = Number(row.Gen),
            locNeighbours = Number(row.LocNeighbour), locHeldOut = Number(row.LocHeldOut), sameSubject = Number(row.SameSubject), n = row.N, seconds = Number(row.Seconds),
        });
    }

    private static Table Table(IReadOnlyList<AblationRow> rows)
    {
        static string Number(double value) => double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) : "-";
        var table = new Table().RoundedBorder().AddColumns("encoder", "LLM", "addressing", "gate", "Rel", "Gen", "Loc neighbours", "Loc held-out", "same subject", "seconds");
        foreach (var row in rows)
            table.AddRow(
                row.Variant, row.Llm, row.Addressing, row.Gate ? "on" : "off", Number(row.Rel), Number(row.Gen), Number(row.LocNeighbour), Number(row.LocHeldOut),
                Number(row.SameSubject), Number(row.Seconds));
        return table;
    }
}
