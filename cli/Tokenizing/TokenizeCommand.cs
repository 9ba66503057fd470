using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MindBridge.Tokenizers;

namespace MindBridge.Cli.Tokenizing;

/// <summary><c>mindbridge tokenize</c>: what a model's tokenizer makes of a text.</summary>
internal static class TokenizeCommand
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "Folder of a model or a tokenizer: tokenizer.json, or vocab.txt (BERT), or vocab.json with merges.txt (GPT-2), or tokenizer.model (SentencePiece), or llama2.c's tok*.bin.",
        };
        var text = new Option<string?>("--text") { Description = "The text." };
        var file = new Option<string?>("--file") { Description = "A UTF-8 text file; every line is a text of its own." };
        var plain = new Option<bool>("--no-special") { Description = "Without the tokens the model puts around a text ([CLS] … [SEP], <|begin_of_text|>)." };
        var json = new Option<bool>("--json") { Description = "One object a line: {\"ids\":[…]}." };
        var command = new Command("tokenize", """
            Shows the ids and pieces that a model's tokenizer makes of a text, id for id what Hugging Face's gives.

            Examples:
              mindbridge tokenize models/bert --text "Paris is the capital of France"
              mindbridge tokenize models/gpt2 --file lines.txt --no-special --json
            """)
        {
            folder, text, file, plain, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(text) is null == (result.GetValue(file) is null)) result.AddError("give either --text TEXT or --file LINES.txt");
        });
        command.SetAction(async (parsed, ct) =>
        {
            var tokenizer = TextTokenizer.From(parsed.GetValue(folder)!);
            var special = !parsed.GetValue(plain);
            await using var stdout = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
            if (parsed.GetValue(text) is { } one)
            {
                await stdout.WriteLineAsync(Show(tokenizer, one, special, parsed.GetValue(json)));
                return 0;
            }

            if (!File.Exists(parsed.GetValue(file))) throw new FileNotFoundException($"there is no file '{parsed.GetValue(file)}'; give --file a text file with one text a line");
            foreach (var line in Lines(await File.ReadAllTextAsync(parsed.GetValue(file)!, ct)))
            {
                ct.ThrowIfCancellationRequested();
                await stdout.WriteLineAsync(Show(tokenizer, line, special, parsed.GetValue(json)));
            }

            return 0;
        });
        return command;
    }

    /// <summary>Lines end in \n or \r\n and nothing else: a text may hold any other kind of break.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        for (var from = 0; from < text.Length;)
        {
            var end = text.IndexOf('\n', from);
            if (end < 0) end = text.Length;
            yield return end > from && end < text.Length && text[end - 1] == '\r' ? text[from..(end - 1)] : text[from..end];
            from = end + 1;
        }
    }

    private static string Show(TextTokenizer tokenizer, string text, bool special, bool json)
    {
        var ids = tokenizer.Encode(text, special);
        if (json) return $"{{\"ids\":[{string.Join(',', ids)}]}}";
        var table = new StringBuilder();
        foreach (var id in ids) table.Append(id.ToString().PadLeft(8)).Append("  ").AppendLine(JsonSerializer.Serialize(tokenizer.Token(id), Readable));
        return table.Append(ids.Count).Append(ids.Count == 1 ? " token" : " tokens").AppendLine().ToString();
    }
}
