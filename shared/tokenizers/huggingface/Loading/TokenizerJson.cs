using System.Text.RegularExpressions;
using MindBridge.Tokenizers.Decoding;
using MindBridge.Tokenizers.Normalizing;
using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Texts;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers.Loading;

/// <summary>Hugging Face's tokenizer.json. Every part is either read as it is meant or refused by name: none is passed over in silence.</summary>
internal static class TokenizerJson
{
    public static TokenizerParts Read(string path, ModelSettings settings)
    {
        var root = JsonNode.Read(path);
        if (!root.IsObject) throw root.Wrong("must be a JSON object");
        var normalizer = Normalizer(root["normalizer"]);
        var splitter = Splitter(root["pre_tokenizer"], out var bytes);
        var (vocabulary, model) = Model(root["model"], path, bytes, ref splitter);
        var added = new List<AddedToken>();
        if (!root["added_tokens"].IsNull)
        {
            foreach (var token in root["added_tokens"].Items())
            {
                var made = ReadAdded(token, token["id"].Number());
                if (made.Id < 0) throw token["id"].Wrong($"is {made.Id}, and ids count from 0");
                added.Add(made);
            }
        }

        var (before, after) = Around(root["post_processor"]);
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = model,
            Normalizer = normalizer,
            Splitter = splitter,
            Added = added,
            Before = before,
            After = after,
            Decoder = root["decoder"].IsNull ? [() => new SpacedStage()] : Decoder(root["decoder"], fused: false),
            Roles = settings.AllRoles(token => vocabulary.Id(token) is not null || added.Any(a => a.Content == token)),
        };
    }

    internal static AddedToken ReadAdded(JsonNode node, int id) => new(node["content"].Text(), id)
    {
        Special = node["special"].Flag(),
        StripLeft = node["lstrip"].Flag(),
        StripRight = node["rstrip"].Flag(),
        SingleWord = node["single_word"].Flag(),
        Normalized = node["normalized"].Flag(),
    };

    private static (Vocabulary, WordModel) Model(JsonNode node, string path, bool bytes, ref Splitter? splitter)
    {
        // Files from before the "type" member are told apart by what they hold.
        var type = node["type"].TextOrNull() ?? (!node["merges"].IsNull ? "BPE" : !node["max_input_chars_per_word"].IsNull ? "WordPiece" : throw node["type"].Wrong("must name the kind of model and is missing"));
        if (type is not ("WordPiece" or "BPE")) throw node["type"].Unknown($"'{type}'", "WordPiece and BPE");
        var ids = new Dictionary<string, int>();
        foreach (var (token, id) in node["vocab"].Members()) ids[token] = id.Number();
        var vocabulary = new Vocabulary(ids, path);
        if (type == "WordPiece")
        {
            var longest = node["max_input_chars_per_word"].IsNull ? 100 : node["max_input_chars_per_word"].Number();
            return (vocabulary, new WordPieceModel(vocabulary, node["unk_token"].TextOrNull() ?? "[UNK]", node["continuing_subword_prefix"].TextOrNull() ?? "##", longest));
        }

        foreach (var name in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(node[name].TextOrNull())) throw node[name].Unknown($"'{node[name].Text()}'", "BPE without marks inside words");
        }

        var merges = new List<(string, string)>();
        foreach (var merge in node["merges"].Items()) merges.Add(Merge(merge));
        if (splitter is null && MarksOnlyBegin(ids.Keys)) splitter = new MarkedWordSplitter('▁');
        return (vocabulary, new BpeModel(vocabulary, merges, new BpeRules
        {
            Bytes = bytes,
            ByteFallback = node["byte_fallback"].Flag(),
            Unknown = node["unk_token"].TextOrNull(),
            FuseUnknown = node["fuse_unk"].Flag(),
            IgnoreMerges = node["ignore_merges"].Flag(),
        }));
    }

    /// <summary>Whether no token has the space mark behind another character.</summary>
    internal static bool MarksOnlyBegin(IEnumerable<string> tokens, char mark = '▁')
    {
        foreach (var token in tokens)
        {
            if (token.AsSpan().TrimStart(mark).Contains(mark)) return false;
        }

        return true;
    }

    private static (string, string) Merge(JsonNode node)
    {
        string[] parts = node.IsString ? node.Text().Split(' ') : [.. node.Items().Select(n => n.Text())];
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0 ? (parts[0], parts[1]) : throw node.Wrong("must be two tokens");
    }

    private static TextNormalizer? Normalizer(JsonNode node)
    {
        if (node.IsNull) return null;
        switch (node["type"].Text())
        {
            case "Sequence": return new NormalizerSequence([.. node["normalizers"].Items().Select(Normalizer).OfType<TextNormalizer>()]);
            case "NFC": return new UnicodeNormalizer(compatibility: false, compose: true);
            case "NFD": return new UnicodeNormalizer(compatibility: false, compose: false);
            case "NFKC": return new UnicodeNormalizer(compatibility: true, compose: true);
            case "NFKD": return new UnicodeNormalizer(compatibility: true, compose: false);
            case "Lowercase": return new LowercaseNormalizer();
            case "Strip": return new StripNormalizer(node["strip_left"].Flag(), node["strip_right"].Flag());
            case "StripAccents": return new StripAccentsNormalizer();
            case "Prepend": return new PrependNormalizer(node["prepend"].Text());
            case "Replace": return new ReplaceNormalizer(Pattern(node["pattern"]), node["content"].Text());
            case "BertNormalizer":
                var lowerCase = node["lowercase"].Flag(otherwise: true);
                return new BertNormalizer(node["clean_text"].Flag(otherwise: true), node["handle_chinese_chars"].Flag(otherwise: true), node["strip_accents"].Flag(otherwise: lowerCase), lowerCase);
            case var other:
                throw node["type"].Unknown($"'{other}'", "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Prepend, Replace, BertNormalizer and Sequence");
        }
    }

    /// <summary>The pre-tokenizer; <paramref name="bytes"/> where it ends in GPT-2's byte alphabet, which the model then reads.</summary>
    private static Splitter? Splitter(JsonNode node, out bool bytes)
    {
        bytes = false;
        if (node.IsNull) return null;
        switch (node["type"].Text())
        {
            case "Sequence":
                var steps = new List<Splitter>();
                foreach (var item in node["pretokenizers"].Items())
                {
                    if (bytes) throw item.Unknown("a step behind ByteLevel", "ByteLevel as the last step");
                    if (Splitter(item, out bytes) is { } step) steps.Add(step);
                }

                return steps.Count == 0 ? null : new SplitterSequence(steps);
            case "ByteLevel":
                bytes = true;
                return new ByteLevelSplitter(node["add_prefix_space"].Flag(otherwise: true), node["use_regex"].Flag(otherwise: true));
            case "BertPreTokenizer": return new BertSplitter();
            case "Whitespace": return new WhitespaceSplitter();
            case "WhitespaceSplit": return new CharacterSplitter(CodePoints.IsWhiteSpace, Delimiters.Removed);
            case "Punctuation": return new CharacterSplitter(CodePoints.IsPunctuation, Rule(node["behavior"]));
            case "Digits": return new CharacterSplitter(CodePoints.IsNumeric, node["individual_digits"].Flag() ? Delimiters.Isolated : Delimiters.Contiguous);
            case "CharDelimiterSplit":
                var delimiter = node["delimiter"].Text();
                return new CharacterSplitter(c => delimiter.Length > 0 && c == char.ConvertToUtf32(delimiter, 0), Delimiters.Removed);
            case "Split": return new RegexSplitter(Pattern(node["pattern"]), Rule(node["behavior"]), node["invert"].Flag());
            case "Metaspace":
                var prefix = node["prepend_scheme"].TextOrNull() switch
                {
                    "always" => MetaspaceSplitter.Prefix.Always,
                    "first" => MetaspaceSplitter.Prefix.First,
                    "never" => MetaspaceSplitter.Prefix.Never,
                    null => node["add_prefix_space"].Flag(otherwise: true) ? MetaspaceSplitter.Prefix.Always : MetaspaceSplitter.Prefix.Never,
                    var other => throw node["prepend_scheme"].Unknown($"'{other}'", "always, first and never"),
                };
                return new MetaspaceSplitter(Mark(node), prefix, node["split"].Flag(otherwise: true));
            case var other:
                throw node["type"].Unknown($"'{other}'", "BertPreTokenizer, ByteLevel, Split, Metaspace, Whitespace, WhitespaceSplit, Punctuation, Digits, CharDelimiterSplit and Sequence");
        }
    }

    private static List<Func<DecodingStage>> Decoder(JsonNode node, bool fused)
    {
        switch (node["type"].Text())
        {
            case "Sequence":
                var all = new List<Func<DecodingStage>>();
                foreach (var item in node["decoders"].Items())
                {
                    all.AddRange(Decoder(item, fused));
                    fused |= item["type"].TextOrNull() is "Fuse" or "ByteLevel";
                }

                return all;
            case "ByteLevel": return [() => new ByteLevelStage()];
            case "ByteFallback": return [() => new ByteFallbackStage()];
            case "Fuse": return [];
            case "WordPiece":
                var (prefix, cleanup) = (node["prefix"].TextOrNull() ?? "##", node["cleanup"].Flag(otherwise: true));
                return [() => new WordPieceStage(prefix, cleanup)];
            case "Metaspace":
                var mark = Mark(node);
                var dropFirst = node["prepend_scheme"].TextOrNull() is { } scheme ? scheme != "never" : node["add_prefix_space"].Flag(otherwise: true);
                return [() => new MetaspaceStage(mark, dropFirst)];
            case "Replace":
                var (pattern, content) = (Pattern(node["pattern"]), node["content"].Text());
                return [() => new ReplaceStage(pattern, content)];
            case "Strip":
                var (character, start, stop) = (node["content"].Text(), node["start"].Number(), node["stop"].Number());
                if (character.Length != 1) throw node["content"].Wrong("must be one character");
                if (fused && stop > 0) throw node["stop"].Unknown($"{stop} behind Fuse", "Strip at the end of single tokens only");
                return [() => new StripStage(character[0], start, stop, fused)];
            case "BPEDecoder":
                var suffix = node["suffix"].TextOrNull() ?? "</w>";
                return [() => new EndOfWordStage(suffix)];
            case var other:
                throw node["type"].Unknown($"'{other}'", "ByteLevel, WordPiece, Metaspace, Replace, ByteFallback, Fuse, Strip, BPEDecoder and Sequence");
        }
    }

    /// <summary>The ids a post-processor puts before and behind a single text.</summary>
    private static (IReadOnlyList<int> Before, IReadOnlyList<int> After) Around(JsonNode node)
    {
        if (node.IsNull) return ([], []);
        List<int> before = [], after = [];
        switch (node["type"].Text())
        {
            case "ByteLevel": break;
            case "BertProcessing" or "RobertaProcessing":
                before.Add(Pair(node["cls"]));
                after.Add(Pair(node["sep"]));
                break;
            case "TemplateProcessing":
                var behind = false;
                foreach (var item in node["single"].Items())
                {
                    if (!item["Sequence"].IsNull)
                    {
                        behind = true;
                        continue;
                    }

                    var name = item["SpecialToken"]["id"].Text();
                    foreach (var id in node["special_tokens"][name]["ids"].Items()) (behind ? after : before).Add(id.Number());
                }

                break;
            case "Sequence":
                foreach (var item in node["processors"].Items())
                {
                    var (b, a) = Around(item);
                    before.InsertRange(0, b);
                    after.AddRange(a);
                }

                break;
            case var other:
                throw node["type"].Unknown($"'{other}'", "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and Sequence");
        }

        return (before, after);
    }

    private static int Pair(JsonNode node) => node.Items().Skip(1).FirstOrDefault() is { IsNull: false } id ? id.Number() : throw node.Wrong("must be a token and its id");

    private static char Mark(JsonNode node) => (node["replacement"].TextOrNull() ?? "▁") is { Length: 1 } mark ? mark[0] : throw node["replacement"].Wrong("must be one character");

    private static Delimiters Rule(JsonNode node) => node.TextOrNull() switch
    {
        "Removed" => Delimiters.Removed,
        "Isolated" or null => Delimiters.Isolated,
        "MergedWithPrevious" => Delimiters.MergedWithPrevious,
        "MergedWithNext" => Delimiters.MergedWithNext,
        "Contiguous" => Delimiters.Contiguous,
        var other => throw node.Unknown($"'{other}'", "Removed, Isolated, MergedWithPrevious, MergedWithNext and Contiguous"),
    };

    private static Regex Pattern(JsonNode node)
        => node["String"].TextOrNull() is { } text ? new Regex(Regex.Escape(text), RegexOptions.CultureInvariant) : SplitPattern.Compile(node["Regex"].Text());
}
