using System.CommandLine;
using System.Text.Json;
using MindBridge.Models;
using MindBridge.Tokenizers;

namespace MindBridge.Cli.Models;

/// <summary><c>mindbridge model generate DIR --prompt P</c>.</summary>
internal static class ModelGenerateCommand
{
    public static Command Create()
    {
        var folder = ModelCommand.Folder();
        var prompt = new Option<string>("--prompt") { Description = "How the text begins.", Required = true };
        var maxTokens = new Option<int>("--max-tokens") { Description = "At most this many new tokens.", DefaultValueFactory = _ => 64 };
        var temperature = new Option<double>("--temperature") { Description = "0: always the likeliest token. Above 0: draw, the bolder the higher." };
        var topK = new Option<int>("--top-k") { Description = "Draw among this many likeliest tokens; 0 for all." };
        var topP = new Option<double>("--top-p") { Description = "Draw among the likeliest tokens that together reach this probability.", DefaultValueFactory = _ => 1 };
        var penalty = new Option<double>("--repetition-penalty") { Description = "Above 1: discourages tokens that already came.", DefaultValueFactory = _ => 1 };
        var stop = new Option<string[]>("--stop") { Description = "End before this text; may be given several times.", DefaultValueFactory = _ => [] };
        var seed = new Option<long>("--seed") { Description = "The same seed draws the same text." };
        var json = new Option<bool>("--json") { Description = "Print {\"prompt\",\"text\",\"ids\",\"tokens\",\"finish\"} instead." };
        var command = new Command("generate", "Continue a text with an LLM; prints the prompt and its continuation.")
        {
            folder, prompt, maxTokens, temperature, topK, topP, penalty, stop, seed, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var directory = result.GetRequiredValue(folder);
            var beginning = result.GetRequiredValue(prompt);
            using var model = CausalLanguageModel.From(directory);
            var tokenizer = TextTokenizer.From(directory);
            var settings = new GenerationSettings(
                result.GetValue(maxTokens), result.GetValue(temperature), result.GetValue(topK), result.GetValue(topP), result.GetValue(penalty), result.GetValue(seed))
            {
                StopTexts = result.GetValue(stop) ?? [],
            };
            var ids = tokenizer.Encode(beginning);
            // An empty prompt begins a text: with the begin token, or the end token of models that have no other.
            if (ids.Count == 0) ids = [tokenizer.Bos ?? tokenizer.Eos ?? throw new ArgumentException("the prompt is empty and the model has no begin token; give a prompt")];
            var text = Generator.Continue(model, [ids], settings, tokenizer, cancellation: cancellation)[0];
            // Decoded together, so that no space is lost or doubled where the two meet; a stop text cuts within a token.
            var whole = text.Reason == FinishReason.StopText ? beginning + text.Text : Whole(tokenizer, beginning, ids, text.Tokens);
            if (result.GetValue(json))
                Console.WriteLine(JsonSerializer.Serialize(new { prompt = beginning, text = whole[Math.Min(beginning.Length, whole.Length)..], ids, tokens = text.Tokens, finish = text.Reason.ToString() }));
            else Console.WriteLine(whole);
            return Task.FromResult(0);
        });
        return command;
    }

    private static string Whole(TextTokenizer tokenizer, string prompt, IReadOnlyList<int> ids, IReadOnlyList<int> tokens)
    {
        // The prompt is shown as it was typed; what its tokens decode to may differ (unknown characters, normalisation).
        var (before, all) = (tokenizer.Decode(ids), tokenizer.Decode(ids.Concat(tokens)));
        return all.StartsWith(before, StringComparison.Ordinal) ? prompt + all[before.Length..] : all;
    }
}
