using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Tokenizers.Tests;

/// <summary>A folder for one test, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mindbridge-tokenizer-").FullName;

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Small tokenizers of every kind, as model folders write them.</summary>
internal static class Fixtures
{
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    public const string Llama3Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Qwen2Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static readonly string[] BertVocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "par", "##is", "##ian", "##s", "is", "cafe", "capital", "of", "france", "?", "!", ",", ".", "'", "-",
        "s", "t", "don", "un", "##aff", "##able", "中", "文", "i", "##ı", "straße", "ο", "##δ", "##ο", "##σ", "##ς", "1", "##9", "##8", "##4", "[", "]", "mask",
    ];

    private static readonly string[] Merges = ["Ġ t", "h e", "Ġt he", "i n", "Ġ a", "o n", "Ġa n", "e r", "p a", "pa r", "i s", "par is", "Ġ paris", "Ã ©", "ð Ł", "ðŁ ĺ", "Ġ Ġ", "ĠĠ ĠĠ", "l l", "1 9", "19 8"];

    public static TextTokenizer Bert(string? settings = null)
    {
        using var folder = new TemporaryFolder();
        folder.Write("vocab.txt", string.Join('\n', BertVocabulary) + "\n");
        if (settings is not null) folder.Write("tokenizer_config.json", settings);
        return TextTokenizer.From(folder.Path);
    }

    /// <summary>A byte-level BPE with all 256 bytes and a few merges; <paramref name="pattern"/> null is GPT-2's, built into ByteLevel.</summary>
    public static TextTokenizer ByteLevel(string? pattern = null, Action<JsonObject>? change = null) => FromJson(ByteLevelJson(pattern), change);

    public static JsonObject ByteLevelJson(string? pattern = null)
    {
        var vocabulary = Alphabet();
        foreach (var merge in Merges) vocabulary[merge.Replace(" ", "", StringComparison.Ordinal)] = vocabulary.Count;
        var json = Parse("""
            {
              "added_tokens": [],
              "normalizer": null,
              "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": false, "use_regex": true },
              "post_processor": null,
              "decoder": { "type": "ByteLevel" },
              "model": { "type": "BPE", "dropout": null, "unk_token": null, "byte_fallback": false }
            }
            """);
        json["model"]!["vocab"] = JsonSerializer.SerializeToNode(vocabulary);
        json["model"]!["merges"] = JsonSerializer.SerializeToNode(Merges);
        var end = vocabulary.Count;
        json["added_tokens"] = new JsonArray(Added(end, "<|endoftext|>"), Added(end + 1, "<|begin|>"));
        if (pattern is not null)
        {
            var split = Parse("""{ "type": "Split", "pattern": {}, "behavior": "Isolated", "invert": false }""");
            split["pattern"]!["Regex"] = pattern;
            json["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(split, Parse("""{ "type": "ByteLevel", "add_prefix_space": false, "use_regex": false }""")),
            };
        }

        return json;
    }

    /// <summary>Llama 2's kind: characters, with bytes behind, and marks for spaces.</summary>
    public static JsonObject ByteFallbackJson()
    {
        var vocabulary = new Dictionary<string, int> { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var b = 0; b < 256; b++) vocabulary[$"<0x{b.ToString("X2", CultureInfo.InvariantCulture)}>"] = 3 + b;
        foreach (var c in "▁abcdefghijklmnopqrstuvwxyzPé.,") vocabulary[c.ToString()] = vocabulary.Count;
        string[] merges = ["▁ t", "h e", "▁t he", "a r", "P ar", "▁ Par", "i s", "▁Par is", "▁ ▁", "▁▁ ▁▁", "o n"];
        foreach (var merge in merges) vocabulary[merge.Replace(" ", "", StringComparison.Ordinal)] = vocabulary.Count;
        var json = Parse("""
            {
              "normalizer": { "type": "Sequence", "normalizers": [ { "type": "Prepend", "prepend": "▁" }, { "type": "Replace", "pattern": { "String": " " }, "content": "▁" } ] },
              "pre_tokenizer": null,
              "post_processor": {
                "type": "TemplateProcessing",
                "single": [ { "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
                "special_tokens": { "<s>": { "id": "<s>", "ids": [ 1 ], "tokens": [ "<s>" ] } }
              },
              "decoder": {
                "type": "Sequence",
                "decoders": [ { "type": "Replace", "pattern": { "String": "▁" }, "content": " " }, { "type": "ByteFallback" }, { "type": "Fuse" }, { "type": "Strip", "content": " ", "start": 1, "stop": 0 } ]
              },
              "model": { "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true }
            }
            """);
        json["added_tokens"] = new JsonArray(Added(0, "<unk>"), Added(1, "<s>"), Added(2, "</s>"));
        json["model"]!["vocab"] = JsonSerializer.SerializeToNode(vocabulary);
        json["model"]!["merges"] = JsonSerializer.SerializeToNode(merges);
        return json;
    }

    public static TextTokenizer ByteFallback(Action<JsonObject>? change = null) => FromJson(ByteFallbackJson(), change);

    public static TextTokenizer FromJson(JsonObject json, Action<JsonObject>? change = null)
    {
        change?.Invoke(json);
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", json.ToJsonString());
        return TextTokenizer.From(folder.Path);
    }

    /// <summary>llama2.c's file: scores fall with the id, so earlier pieces merge first.</summary>
    public static byte[] Llama2C(params string[] pieces)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(8);
        Piece("<unk>", 0);
        Piece("\n<s>\n", 0);
        Piece("\n</s>\n", 0);
        for (var b = 0; b < 256; b++) Piece($"<0x{b:X2}>", 0);
        for (var k = 0; k < pieces.Length; k++) Piece(pieces[k], -k);
        writer.Flush();
        return file.ToArray();

        void Piece(string text, float score)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            writer.Write(score);
            writer.Write(bytes.Length);
            writer.Write(bytes);
        }
    }

    public static JsonObject Added(int id, string content, bool special = true, bool lstrip = false, bool rstrip = false, bool singleWord = false, bool normalized = false) => new()
    {
        ["id"] = id, ["content"] = content, ["special"] = special, ["lstrip"] = lstrip, ["rstrip"] = rstrip, ["single_word"] = singleWord, ["normalized"] = normalized,
    };

    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>What each piece covers in the text.</summary>
    public static string[] Covered(this TextTokenizer tokenizer, string text) => [.. tokenizer.EncodeWithSpans(text).Select(p => text[p.Start..p.End])];

    /// <summary>What each word covers in the text.</summary>
    public static string[] Words(this TextTokenizer tokenizer, string text)
        => [.. tokenizer.EncodeWithSpans(text).GroupBy(p => p.Word).Select(w => text[w.Min(p => p.Start)..w.Max(p => p.End)])];

    private static Dictionary<string, int> Alphabet()
    {
        var all = new Dictionary<string, int>();
        var next = 256;
        for (var b = 0; b < 256; b++) all[((char)(b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? b : next++)).ToString()] = all.Count;
        return all;
    }
}
