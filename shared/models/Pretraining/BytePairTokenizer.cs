using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MindBridge.Models.Pretraining;

/// <summary>
/// Trains a byte-level BPE tokenizer and writes it in Hugging Face's form (tokenizer.json, vocab.json, merges.txt, tokenizer_config.json),
/// with GPT-2's split pattern and end token, or with Llama 3's pattern, begin and end tokens.
/// </summary>
internal static partial class BytePairTokenizer
{
    private const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Writes the tokenizer of a GPT-2 type model; the last id is &lt;|endoftext|&gt;.</summary>
    public static void WriteGpt2(IEnumerable<string> texts, int vocabulary, int longest, string folder)
    {
        var (tokens, merges) = Train(texts, vocabulary - 1, Gpt2Split());
        var end = tokens.Count;
        tokens.Add("<|endoftext|>");
        var json = Json(tokens, merges, [end]);
        json["pre_tokenizer"] = ByteLevel(trim: true, regex: true);
        json["post_processor"] = ByteLevel(trim: false, regex: true);
        Write(folder, json, tokens, merges, new JsonObject
        {
            ["tokenizer_class"] = "GPT2Tokenizer",
            ["model_max_length"] = longest,
            ["bos_token"] = tokens[end],
            ["eos_token"] = tokens[end],
            ["add_prefix_space"] = false,
        });
    }

    /// <summary>Writes the tokenizer of a Llama 3 type model; the last two ids are begin and end of text, and encoding puts the former first.</summary>
    public static void WriteLlama(IEnumerable<string> texts, int vocabulary, int longest, string folder)
    {
        var (tokens, merges) = Train(texts, vocabulary - 2, Llama3Split());
        var begin = tokens.Count;
        tokens.Add("<|begin_of_text|>");
        tokens.Add("<|end_of_text|>");
        var json = Json(tokens, merges, [begin, begin + 1]);
        json["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = Llama3Pattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel(trim: true, regex: false)),
        };
        json["post_processor"] = TokenizerJson.Template([tokens[begin]], [], [(tokens[begin], begin)]);
        Write(folder, json, tokens, merges, new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["model_max_length"] = longest,
            ["bos_token"] = tokens[begin],
            ["eos_token"] = tokens[begin + 1],
            ["add_prefix_space"] = false,
        });
    }

    private static (List<string> Tokens, List<(string Left, string Right)> Merges) Train(IEnumerable<string> texts, int vocabulary, Regex split)
    {
        var letters = ByteLetters();
        if (vocabulary <= letters.Length) throw new ArgumentException($"a byte-level vocabulary needs more than {letters.Length} tokens, not {vocabulary}; give a larger --vocab");
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var text in texts)
            foreach (var match in split.EnumerateMatches(text))
            {
                var word = text.Substring(match.Index, match.Length);
                words[word] = words.GetValueOrDefault(word) + 1;
            }

        var symbols = words.OrderBy(w => w.Key, StringComparer.Ordinal)
            .Select(w => (Encoding.UTF8.GetBytes(w.Key).Select(b => letters[b].ToString()).ToArray(), w.Value));
        var merges = PairMerging.Learn(symbols, vocabulary - letters.Length, string.Concat);
        var tokens = letters.Order().Select(c => c.ToString()).ToList();
        // Two merges may spell one token ("a"+"bc", "ab"+"c"): it has one id.
        return ([.. tokens.Concat(merges.Select(m => m.Left + m.Right)).Distinct(StringComparer.Ordinal)], merges);
    }

    /// <summary>GPT-2's printable stand-in for each byte.</summary>
    private static char[] ByteLetters()
    {
        var letters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            letters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : (char)next++;
        return letters;
    }

    private static JsonObject ByteLevel(bool trim, bool regex) =>
        new() { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = trim, ["use_regex"] = regex };

    private static JsonObject Json(List<string> tokens, List<(string Left, string Right)> merges, IEnumerable<int> special) =>
        TokenizerJson.Root(
            special.Select(id => (tokens[id], id)),
            new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["vocab"] = TokenizerJson.Vocabulary(tokens),
                ["merges"] = new JsonArray([.. merges.Select(m => JsonValue.Create($"{m.Left} {m.Right}"))]),
            },
            decoder: ByteLevel(trim: true, regex: true));

    private static void Write(string folder, JsonObject json, List<string> tokens, List<(string Left, string Right)> merges, JsonObject settings)
    {
        TokenizerJson.Write(folder, json, settings);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), TokenizerJson.Vocabulary(tokens).ToJsonString(TokenizerJson.Compact));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n" + string.Concat(merges.Select(m => $"{m.Left} {m.Right}\n")));
    }

    [GeneratedRegex(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2Split();

    [GeneratedRegex(Llama3Pattern)]
    private static partial Regex Llama3Split();
}
