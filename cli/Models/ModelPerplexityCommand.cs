using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Models;
using MindBridge.Tokenizers;

namespace MindBridge.Cli.Models;

/// <summary><c>mindbridge model perplexity DIR --file F</c>.</summary>
internal static class ModelPerplexityCommand
{
    public static Command Create()
    {
        var folder = ModelCommand.Folder();
        var file = new Option<string>("--file") { Description = "A text file (UTF-8).", Required = true };
        var window = new Option<int>("--window") { Description = "Tokens the model sees at once; windows do not overlap.", DefaultValueFactory = _ => 256 };
        var json = new Option<bool>("--json") { Description = "Print {\"tokens\",\"words\",\"perToken\",\"perWord\"}." };
        var command = new Command("perplexity", "Measure how well an LLM predicts a text (lower is better).") { folder, file, window, json };
        command.SetAction((result, cancellation) =>
        {
            var directory = result.GetRequiredValue(folder);
            var path = result.GetRequiredValue(file);
            if (Directory.Exists(path)) throw new IOException($"{path} is a folder; give a file");
            if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file", path);
            using var model = CausalLanguageModel.From(directory);
            var tokenizer = TextTokenizer.From(directory);
            var shown = Environment.TickCount64;
            var perplexity = Perplexity.Of(model, tokenizer, File.ReadAllText(path), result.GetValue(window), (done, all) =>
            {
                if (Environment.TickCount64 - shown < 2000) return;
                shown = Environment.TickCount64;
                Console.Error.WriteLine($"{done} of {all} tokens");
            }, cancellation);
            if (!double.IsFinite(perplexity.PerWord)) throw new InvalidDataException($"{path} holds no words that a perplexity could be told of ({perplexity.Tokens} tokens, {perplexity.Words} words); give a text file in UTF-8");
            Console.WriteLine(result.GetValue(json)
                ? JsonSerializer.Serialize(new { tokens = perplexity.Tokens, words = perplexity.Words, perToken = perplexity.PerToken, perWord = perplexity.PerWord })
                : string.Create(CultureInfo.InvariantCulture, $"{perplexity.PerToken:0.00} per token, {perplexity.PerWord:0.0} per word ({perplexity.Tokens} tokens, {perplexity.Words} words)"));
            return Task.FromResult(0);
        });
        return command;
    }
}
