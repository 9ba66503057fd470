using System.CommandLine;
using MindBridge.Cli.Platform;

namespace MindBridge.Cli.Demo;

/// <summary><c>mindbridge demo</c>: the whole story on the shipped world and models, in a few minutes.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var yes = new Option<bool>("--yes") { Description = "Ask nothing: skip the question prompt at the end" };
        var json = new Option<FileInfo?>("--json") { Description = "Write the figures as JSON to this file" };
        var folder = new Option<DirectoryInfo>("--out")
        {
            Description = "Where encoder, bridges and report go", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("runs", "demo")),
        };
        var seed = new Option<long>("--seed") { Description = "Draws the corrections and everything random in training" };
        var edits = new Option<int>("--edits") { Description = "How many facts to correct", DefaultValueFactory = _ => DemoSettings.DefaultEdits };
        var epochs = new Option<int?>("--epochs") { Description = "Passes of the encoder's training; fewer are quicker and worse", Hidden = true };
        var models = new Option<DirectoryInfo?>("--models") { Description = "Other base models: a folder with the folders demo-encoder, demo-gpt and demo-llama", Hidden = true };
        var export = new Option<DirectoryInfo?>("--export") { Description = "Run nothing; write the demo's edits and out-of-scope prompts as files into this folder, for a platform of your own (`mindbridge up`)" };
        var encoder = new Option<string[]>("--set-encoder") { Description = "A setting of stage I, as in `mindbridge encoder train --set`", Hidden = true, DefaultValueFactory = _ => [] };
        var bridge = new Option<string[]>("--set-bridge") { Description = "A setting of stage II, as in `mindbridge bridge train --set`", Hidden = true, DefaultValueFactory = _ => [] };
        var command = new Command("demo", """
            Correct a few hundred facts in one language model, then carry the corrections over to its successor without training the memory again.
            Everything runs on this machine, on models that are shipped with the program. Exit code 0 means that every gate held. A run that was interrupted goes on when it is started again in its folder.

            Examples:
              mindbridge demo
              mindbridge demo --yes --json demo.json --out runs/demo
              mindbridge demo --export world/
            """)
        {
            yes, json, folder, seed, edits, epochs, models, encoder, bridge, export,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () => parsed.GetValue(export) is { } files ? await DemoFiles.ExportAsync(files.FullName, parsed.GetValue(edits), parsed.GetValue(seed), cancellationToken) : await new DemoStory(
            new DemoSettings
            {
                Edits = parsed.GetValue(edits),
                Seed = parsed.GetValue(seed),
                Epochs = parsed.GetValue(epochs),
                EncoderOverrides = parsed.GetValue(encoder)!,
                BridgeOverrides = parsed.GetValue(bridge)!,
                Folder = parsed.GetValue(folder)!.FullName,
                Models = parsed.GetValue(models)?.FullName ?? DemoSettings.ShippedModels,
                Json = parsed.GetValue(json)?.FullName,
                Asks = !parsed.GetValue(yes) && !Console.IsInputRedirected && !Console.IsOutputRedirected,
            }).TellAsync(cancellationToken)));
        return command;
    }
}
