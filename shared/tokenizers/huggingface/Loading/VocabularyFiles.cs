using System.Text;
using MindBridge.Tokenizers.Decoding;
using MindBridge.Tokenizers.Normalizing;
using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers.Loading;

/// <summary>Tokenizers from before tokenizer.json: BERT's vocab.txt, and vocab.json with merges.txt.</summary>
internal static class VocabularyFiles
{
    private const string Llama3Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>BERT: one token a line, uncased unless tokenizer_config.json says otherwise.</summary>
    public static TokenizerParts ReadBert(string path, ModelSettings settings)
    {
        var ids = new Dictionary<string, int>();
        var lines = ReadLines(path);
        for (var k = 0; k < lines.Count; k++)
        {
            // A token that stands twice has the id of its last line, as at Hugging Face.
            if (lines[k].Length > 0) ids[lines[k]] = k;
        }

        var vocabulary = new Vocabulary(ids, path);
        var lowerCase = settings.LowerCase ?? true;
        var roles = settings.AllRoles(ids.ContainsKey);
        var unknown = roles.GetValueOrDefault("unk_token", "[UNK]");
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new WordPieceModel(vocabulary, unknown, "##", longestWord: 100),
            Normalizer = new BertNormalizer(clean: true, settings.SplitIdeographs, settings.StripAccents ?? lowerCase, lowerCase),
            Splitter = new BertSplitter(),
            Added = AddedTokens(vocabulary, settings, roles),
            Before = [Needed("cls_token", "[CLS]")],
            After = [Needed("sep_token", "[SEP]")],
            Decoder = [() => new WordPieceStage("##", cleanup: true)],
            Roles = roles,
        };

        int Needed(string role, string customary) => vocabulary.Id(roles.GetValueOrDefault(role, customary))
            ?? throw new InvalidDataException($"{path}: the vocabulary lacks {customary}; a BERT vocabulary has one token a line, [CLS], [SEP] and [UNK] among them");
    }

    /// <summary>GPT-2 (and, where config.json or tokenizer_config.json says so, Llama 3 or Qwen2): a JSON object of tokens, and merges in order.</summary>
    public static TokenizerParts ReadByteLevel(string path, ModelSettings settings)
    {
        var mergesPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "merges.txt");
        if (!File.Exists(mergesPath)) throw new FileNotFoundException($"'{path}' needs merges.txt beside it; put the file of the same model there");
        var ids = new Dictionary<string, int>();
        foreach (var (token, id) in JsonNode.Read(path).Members()) ids[token] = id.Number();
        var vocabulary = new Vocabulary(ids, path);
        var merges = ReadMerges(mergesPath);
        foreach (var (left, right) in merges)
        {
            if (!ids.ContainsKey(left + right)) throw new InvalidDataException($"{mergesPath}: the merge '{left} {right}' makes a token that {path} lacks; the two files must come from the same model");
        }

        var (pattern, nfc, bos) = Family(settings);
        var roles = settings.AllRoles(token => ids.ContainsKey(token) || settings.Added.Any(a => a.Content == token));
        var added = AddedTokens(vocabulary, settings, roles);
        int? begin = added.FirstOrDefault(a => a.Content == roles.GetValueOrDefault("bos_token"))?.Id;
        int? end = added.FirstOrDefault(a => a.Content == roles.GetValueOrDefault("eos_token"))?.Id;
        Splitter bytes = new ByteLevelSplitter(settings.AddPrefixSpace, useRegex: pattern is null);
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Model = new BpeModel(vocabulary, merges, new BpeRules { Bytes = true }),
            Normalizer = nfc ? new UnicodeNormalizer(compatibility: false, compose: true) : null,
            Splitter = pattern is null ? bytes : new SplitterSequence([new RegexSplitter(SplitPattern.Compile(pattern), Delimiters.Isolated, invert: false), bytes]),
            Added = added,
            Before = (settings.AddBos ?? bos) && begin is { } b ? [b] : [],
            After = (settings.AddEos ?? false) && end is { } e ? [e] : [],
            Decoder = [() => new ByteLevelStage()],
            Roles = roles,
        };
    }

    internal static List<string> ReadLines(string path)
    {
        try
        {
            using var reader = new StreamReader(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            var lines = new List<string>();
            while (reader.ReadLine() is { } line) lines.Add(line);
            return lines;
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: not UTF-8 text (byte {e.Index} of a block); the file is damaged, copy it from the model again", e);
        }
    }

    private static (string? Pattern, bool Nfc, bool Bos) Family(ModelSettings settings)
    {
        if (settings.TokenizerClass?.StartsWith("Qwen2", StringComparison.Ordinal) == true || (settings.TokenizerClass is null && settings.ModelType is "qwen2" or "qwen3"))
            return (Qwen2Pattern, true, false);
        if (settings.TokenizerClass is null or "PreTrainedTokenizerFast" && settings.ModelType is "llama" or "mistral")
            return (Llama3Pattern, false, true);
        return (null, false, false);
    }

    private static List<(string Left, string Right)> ReadMerges(string path)
    {
        var merges = new List<(string, string)>();
        var lines = ReadLines(path);
        for (var k = 0; k < lines.Count; k++)
        {
            if (lines[k].Length == 0 || lines[k].StartsWith("#version", StringComparison.Ordinal)) continue;
            var parts = lines[k].Split(' ');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
                throw new InvalidDataException($"{path}: line {k + 1} ('{Shorten(lines[k])}') is not two tokens with a space between; take the file of the model again");
            merges.Add((parts[0], parts[1]));
        }

        return merges;
    }

    private static List<AddedToken> AddedTokens(Vocabulary vocabulary, ModelSettings settings, IReadOnlyDictionary<string, string> roles)
    {
        var added = settings.Added.ToDictionary(a => a.Content);
        foreach (var token in roles.Values.Concat(["<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|endoftext|>"]))
        {
            if (vocabulary.Id(token) is { } id) added.TryAdd(token, new AddedToken(token, id) { Special = true });
        }

        return [.. added.Values];
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
