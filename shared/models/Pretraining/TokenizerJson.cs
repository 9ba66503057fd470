using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Models.Pretraining;

/// <summary>The parts of Hugging Face's tokenizer.json that our tokenizer trainers share.</summary>
internal static class TokenizerJson
{
    /// <summary>Tokens are written as they are, not as \u escapes.</summary>
    public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Readable = new(Compact) { WriteIndented = true };

    public static JsonObject Root(IEnumerable<(string Token, int Id)> special, JsonObject model, JsonObject decoder) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. special.Select(s => new JsonObject
        {
            ["id"] = s.Id,
            ["content"] = s.Token,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        })]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = null,
        ["post_processor"] = null,
        ["decoder"] = decoder,
        ["model"] = model,
    };

    /// <summary>A post-processor that puts special tokens before and after the text (and after a second text).</summary>
    public static JsonObject Template(IReadOnlyList<string> before, IReadOnlyList<string> after, IEnumerable<(string Token, int Id)> ids)
    {
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. before.Select(t => Special(t, 0)), Sequence("A", 0), .. after.Select(t => Special(t, 0))]),
            ["pair"] = new JsonArray(
            [
                .. before.Select(t => Special(t, 0)), Sequence("A", 0), .. after.Select(t => Special(t, 0)),
                Sequence("B", 1), .. after.Select(t => Special(t, 1)),
            ]),
            ["special_tokens"] = new JsonObject(ids.Select(i => KeyValuePair.Create<string, JsonNode?>(
                i.Token, new JsonObject { ["id"] = i.Token, ["ids"] = new JsonArray(i.Id), ["tokens"] = new JsonArray(i.Token) }))),
        };

        static JsonNode Special(string token, int type) => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };
        static JsonNode Sequence(string name, int type) => new JsonObject { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
    }

    public static JsonObject Vocabulary(IReadOnlyList<string> tokens)
    {
        var vocabulary = new JsonObject();
        for (var id = 0; id < tokens.Count; id++) vocabulary[tokens[id]] = id;
        return vocabulary;
    }

    public static void Write(string folder, JsonObject tokenizer, JsonObject settings)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString(Compact));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), settings.ToJsonString(Readable) + "\n");
    }
}
