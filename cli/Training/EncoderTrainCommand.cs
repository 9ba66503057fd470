using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Cli.Terminal;
using MindBridge.Memory.Pretraining;

namespace MindBridge.Cli.Training;

/// <summary><c>mindbridge encoder train</c>: stage I.</summary>
internal static class EncoderTrainCommand
{
    public static Command Create() => new("encoder", "The memory encoder, trained once for a set of edits and independent of any LLM.") { Train() };

    private static Command Train()
    {
        var files = new TrainingFiles();
        var start = new Option<string>("--base") { Description = "Base encoder: a Hugging Face folder of BERT or DistilBERT.", Required = true };
        var folder = new Option<string>("--out") { Description = "Where the encoder goes; a killed run goes on there with the same command.", Required = true };
        var seed = new Option<long>("--seed") { Description = "One seed, one artifact." };
        var epochs = new Option<int?>("--epochs") { Description = "How often every edit is seen (by default 45 times where they are few, down to 20 where they are many)." };
        var device = new Option<string>("--device") { Description = "cpu or cuda.", DefaultValueFactory = _ => "cpu" };
        var set = new Option<string[]>("--set") { Description = "Any setting by its name in the manifest, for example --set contrast=0.5 --set mask=anyElement --set schedule=phased." };
        var every = new Option<double?>("--checkpoint-every") { Description = "Seconds between two checkpoints (60); what a kill can cost." };
        var json = new Option<bool>("--json") { Description = "Print the outcome as one JSON object." };
        var command = new Command("train", """
            Train the memory encoder on edits (stage I): injection, association and existence.
            A killed run goes on from its last checkpoint with the same command and ends with the same artifact.

            Examples:
              mindbridge encoder train --edits counterfact.json --limit 1000 --base models/bert --out runs/encoder
              mindbridge encoder train --edits edits.jsonl --out-of-scope other.jsonl --base models/distilbert --out runs/encoder --set association=0
            """) { start, folder, seed, epochs, device, set, every, json };
        files.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var notes = new ConsoleNotes();
            var recipe = new EncoderTrainingSettings { Seed = parsed.GetValue(seed), Device = parsed.GetValue(device)! };
            if (parsed.GetValue(epochs) is { } passes) recipe = recipe with { Epochs = passes };
            recipe = SettingOverrides.Apply(recipe, parsed.GetValue(set) ?? []);
            if (parsed.GetValue(every) is { } seconds) recipe = recipe with { CheckpointEvery = seconds >= 0 ? TimeSpan.FromSeconds(seconds) : throw new ArgumentException($"--checkpoint-every {seconds}: give 0 (every step) or more seconds") };
            var data = files.Read(parsed, recipe.Seed, notes);
            notes.Report($"{data.Edits.Count} edits, {data.OutOfScope.Count} out-of-scope prompts, {data.Validation.Count} validation probes");
            using var line = new ProgressLine();
            var trained = await Memory.Pretraining.EncoderTrainer.TrainAsync(recipe, data, parsed.GetValue(start)!, parsed.GetValue(folder)!, line, notes, cancellationToken);
            line.Dispose();
            Console.WriteLine(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { id = trained.ArtifactId, folder = trained.Folder, steps = trained.Steps, skipped = trained.Skipped, seconds = trained.WallSeconds, processorSeconds = trained.ProcessorSeconds, reused = trained.Reused })
                : string.Create(CultureInfo.InvariantCulture, $"encoder {trained.ArtifactId} in {trained.WallSeconds:0} s ({trained.ProcessorSeconds:0} s of processor time, {trained.Skipped} steps skipped): {trained.Folder}"));
            return 0;
        });
        return command;
    }
}
