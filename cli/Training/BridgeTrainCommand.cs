using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Cli.Terminal;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;

namespace MindBridge.Cli.Training;

/// <summary><c>mindbridge bridge train</c>: stage II.</summary>
internal static class BridgeTrainCommand
{
    public static Command Create() => new("bridge", "The bridge from trained encoders to one LLM.") { Train() };

    private static Command Train()
    {
        var files = new TrainingFiles();
        var encoders = new Option<string[]>("--encoder") { Description = "Folder of a trained encoder; given several times, their soft prompts stand one behind the other.", Required = true };
        var llm = new Option<string>("--llm") { Description = "Folder of the LLM.", Required = true };
        var folder = new Option<string>("--out") { Description = "Where the bridge goes; a killed run goes on there with the same command.", Required = true };
        var preset = new Option<string>("--preset") { Description = "default (soft prompt after the prompt, for serving by subject), quick (half the cost, gated serving only), paper (soft prompt in front).", DefaultValueFactory = _ => "default" };
        preset.AcceptOnlyFromAmong("default", "quick", "paper");
        var seed = new Option<long>("--seed") { Description = "One seed, one artifact." };
        var epochs = new Option<int?>("--epochs") { Description = "How often every edit is seen." };
        var device = new Option<string>("--device") { Description = "cpu or cuda.", DefaultValueFactory = _ => "cpu" };
        var set = new Option<string[]>("--set") { Description = "Any setting by its name in the manifest, for example --set softTokens=1 --set layout=beforeBos." };
        var every = new Option<double?>("--checkpoint-every") { Description = "Seconds between two checkpoints (30); what a kill can cost." };
        var json = new Option<bool>("--json") { Description = "Print the outcome as one JSON object." };
        var command = new Command("train", """
            Train the bridge from encoders to an LLM (stage II). Encoder and LLM stay as they are, byte for byte.
            The edits and the out-of-scope prompts are those that lie with the encoder, unless --edits names others.

            Examples:
              mindbridge bridge train --encoder runs/encoder --llm models/llama --out runs/bridge-llama
              mindbridge bridge train --encoder runs/shard1 --encoder runs/shard2 --llm models/gpt2 --out runs/bridge --preset paper
            """) { encoders, llm, folder, preset, seed, epochs, device, set, every, json };
        files.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var notes = new ConsoleNotes();
            var recipe = parsed.GetValue(preset) switch { "paper" => BridgeTrainingSettings.Paper, "quick" => BridgeTrainingSettings.Quick, _ => new BridgeTrainingSettings() };
            recipe = recipe with { Seed = parsed.GetValue(seed), Device = parsed.GetValue(device)!, Epochs = parsed.GetValue(epochs) ?? recipe.Epochs };
            recipe = SettingOverrides.Apply(recipe, parsed.GetValue(set) ?? []);
            if (parsed.GetValue(every) is { } seconds) recipe = recipe with { CheckpointEvery = seconds >= 0 ? TimeSpan.FromSeconds(seconds) : throw new ArgumentException($"--checkpoint-every {seconds}: give 0 (every step) or more seconds") };
            var folders = parsed.GetValue(encoders)!;
            if (parsed.GetValue(files.Edits) is null) files.RefuseWithoutEdits(parsed);
            var data = parsed.GetValue(files.Edits) is null ? Kept(folders) : files.Read(parsed, recipe.Seed, notes);
            notes.Report($"{data.Edits.Count} edits, {data.OutOfScope.Count} out-of-scope prompts, {data.Validation.Count} validation probes");
            using var line = new ProgressLine();
            var trained = await Memory.Bridging.BridgeTrainer.TrainAsync(recipe, new BridgeTrainingData { Edits = data.Edits, OutOfScope = data.OutOfScope, Prefixes = data.Prefixes, Validation = data.Validation, KeepTexts = parsed.GetValue(files.Edits) is not null },
                folders, parsed.GetValue(llm)!, parsed.GetValue(folder)!, line, notes, cancellationToken);
            line.Dispose();
            Console.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { id = trained.ArtifactId, folder = trained.Folder, steps = trained.Steps, skipped = trained.Skipped, seconds = trained.WallSeconds, processorSeconds = trained.ProcessorSeconds, reused = trained.Reused })
                : string.Create(CultureInfo.InvariantCulture, $"bridge {trained.ArtifactId} in {trained.WallSeconds:0} s ({trained.ProcessorSeconds:0} s of processor time, {trained.Skipped} steps skipped): {trained.Folder}"));
            return 0;
        });
        return command;
    }

    // Shards hold different edits; what is out of scope for one may be an edit of another, and is then no negative.
    private static EncoderTrainingData Kept(string[] folders)
    {
        var parts = folders.Select(TrainingTexts.Read).ToArray();
        var edits = parts.SelectMany(p => p.Edits).ToArray();
        var asked = edits.SelectMany(e => e.Wordings.Prepend(e.Prompt)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return new EncoderTrainingData
        {
            Edits = edits,
            OutOfScope = [.. parts.SelectMany(p => p.OutOfScope).Where(p => !asked.Contains(p.Prompt)).DistinctBy(p => p.Prompt)],
            Validation = [.. parts.SelectMany(p => p.Validation).Where(v => !asked.Contains(v.Prompt)).DistinctBy(v => (v.Kind, v.Prompt))],
            Prefixes = [.. parts.SelectMany(p => p.Prefixes).Distinct()],
        };
    }
}
