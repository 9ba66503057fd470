using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MindBridge.Models.Pretraining;

/// <summary>
/// Trains a lower-casing WordPiece vocabulary for a BERT type model and writes it in Hugging Face's form (tokenizer.json, vocab.txt,
/// tokenizer_config.json). Pieces are learned as pairs are merged by frequency, with "##" before a piece that continues a word.
/// </summary>
internal static class WordPieceTokenizer
{
    private const string Continues = "##";
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>Ids 0 to 4 are [PAD], [UNK], [CLS], [SEP] and [MASK].</summary>
    public static void Write(IEnumerable<string> texts, int vocabulary, int longest, string folder)
    {
        var words = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var word in texts.SelectMany(Words)) words[word] = words.GetValueOrDefault(word) + 1;

        var symbols = words.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => (Symbols(w.Key), w.Value)).ToList();
        var alphabet = symbols.SelectMany(s => s.Item1).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var merges = vocabulary - Special.Length - alphabet.Count;
        if (merges <= 0) throw new ArgumentException($"a WordPiece vocabulary of {vocabulary} cannot hold the text's {alphabet.Count} letters; give a larger --vocab");
        var learned = PairMerging.Learn(symbols, merges, Join).Select(m => Join(m.Left, m.Right));
        var tokens = Special.Concat(alphabet).Concat(learned).Distinct(StringComparer.Ordinal).ToList();

        var json = TokenizerJson.Root(
            Special.Select((token, id) => (token, id)),
            new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["continuing_subword_prefix"] = Continues,
                ["max_input_chars_per_word"] = 100,
                ["vocab"] = TokenizerJson.Vocabulary(tokens),
            },
            decoder: new JsonObject { ["type"] = "WordPiece", ["prefix"] = Continues, ["cleanup"] = true });
        json["normalizer"] = new JsonObject
        {
            ["type"] = "BertNormalizer",
            ["clean_text"] = true,
            ["handle_chinese_chars"] = true,
            ["strip_accents"] = null,
            ["lowercase"] = true,
        };
        json["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" };
        json["post_processor"] = TokenizerJson.Template(["[CLS]"], ["[SEP]"], [("[CLS]", 2), ("[SEP]", 3)]);
        TokenizerJson.Write(folder, json, new JsonObject
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = true,
            ["model_max_length"] = longest,
            ["cls_token"] = "[CLS]",
            ["sep_token"] = "[SEP]",
            ["mask_token"] = "[MASK]",
            ["pad_token"] = "[PAD]",
            ["unk_token"] = "[UNK]",
        });
        File.WriteAllText(Path.Combine(folder, "vocab.txt"), string.Concat(tokens.Select(t => t + "\n")));
    }

    /// <summary>BERT's basic tokens: lower case, no accents, punctuation marks stand alone.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in text.ToLowerInvariant().Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Control && !char.IsWhiteSpace(c)) continue;
            var alone = char.IsPunctuation(c) || (c < 128 && char.IsSymbol(c));
            if (!alone && !char.IsWhiteSpace(c))
            {
                word.Append(c);
                continue;
            }
            if (word.Length > 0) yield return word.ToString();
            word.Clear();
            if (alone) yield return c.ToString();
        }
        if (word.Length > 0) yield return word.ToString();
    }

    private static string[] Symbols(string word)
    {
        // Whole code points: half a surrogate pair is no piece of a word.
        var runes = word.EnumerateRunes().Select(r => r.ToString()).ToArray();
        for (var i = 1; i < runes.Length; i++) runes[i] = Continues + runes[i];
        return runes;
    }

    private static string Join(string left, string right) => left + right[Continues.Length..];
}
