namespace MindBridge.Tokenizers.Loading;

/// <summary>Finds which tokenizer a folder holds.</summary>
internal static class TokenizerFolder
{
    public static TokenizerParts Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (File.Exists(folder)) return ReadFile(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"there is no folder '{folder}'; name the folder of a model, with its tokenizer.json or vocab.txt");
        foreach (var name in (ReadOnlySpan<string>)["tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "tokenizer.bin"])
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path)) return ReadFile(path);
        }

        var binary = Directory.GetFiles(folder, "tok*.bin").Order(StringComparer.Ordinal).FirstOrDefault();
        return binary is not null
            ? ReadFile(binary)
            : throw new FileNotFoundException($"'{folder}' holds no tokenizer; put the model's tokenizer.json, vocab.txt, vocab.json with merges.txt, tokenizer.model or llama2.c's tok*.bin into it");
    }

    private static TokenizerParts ReadFile(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Path.GetFileName(path) switch
        {
            "vocab.txt" => VocabularyFiles.ReadBert(path, ModelSettings.Read(folder)),
            "vocab.json" => VocabularyFiles.ReadByteLevel(path, ModelSettings.Read(folder)),
            var name when name.EndsWith(".json", StringComparison.Ordinal) => TokenizerJson.Read(path, ModelSettings.Read(folder)),
            var name when name.EndsWith(".model", StringComparison.Ordinal) => SentencePieceFiles.ReadModel(path, ModelSettings.Read(folder)),
            var name when name.EndsWith(".bin", StringComparison.Ordinal) => SentencePieceFiles.ReadLlama2C(path),
            _ => throw new NotSupportedException($"'{path}' is not a tokenizer file; give a model's folder, tokenizer.json, vocab.txt, vocab.json, tokenizer.model or tok*.bin"),
        };
    }
}

/// <summary>What tokenizer_config.json, special_tokens_map.json, added_tokens.json and config.json of a folder say about its tokenizer.</summary>
internal sealed record ModelSettings
{
    private static readonly string[] RoleNames = ["bos_token", "eos_token", "cls_token", "sep_token", "pad_token", "mask_token", "unk_token"];

    // Used where no file names the token: what models call theirs, the more particular first.
    private static readonly (string Role, string[] Tokens)[] Customary =
    [
        ("cls_token", ["[CLS]"]), ("sep_token", ["[SEP]"]), ("pad_token", ["[PAD]", "<pad>", "<|pad|>", "<|finetune_right_pad_id|>"]), ("mask_token", ["[MASK]", "<mask>"]), ("unk_token", ["[UNK]", "<unk>"]),
        ("bos_token", ["<|begin_of_text|>", "<s>", "<|endoftext|>"]), ("eos_token", ["<|end_of_text|>", "</s>", "<|endoftext|>", "<|im_end|>"]),
    ];

    public bool? LowerCase { get; private init; }
    public bool? StripAccents { get; private init; }
    public bool SplitIdeographs { get; private init; } = true;
    public bool AddPrefixSpace { get; private init; }
    public bool? AddBos { get; private init; }
    public bool? AddEos { get; private init; }
    public string? TokenizerClass { get; private init; }
    public string? ModelType { get; private init; }
    public IReadOnlyDictionary<string, string> Roles { get; private init; } = new Dictionary<string, string>();

    /// <summary>Added tokens that stand in tokenizer_config.json or added_tokens.json (a tokenizer.json has its own list).</summary>
    public IReadOnlyList<AddedToken> Added { get; private init; } = [];

    public static ModelSettings Read(string folder)
    {
        var config = Optional(folder, "tokenizer_config.json");
        var map = Optional(folder, "special_tokens_map.json");
        var roles = new Dictionary<string, string>();
        foreach (var name in RoleNames)
        {
            foreach (var source in (ReadOnlySpan<JsonNode>)[config, map])
            {
                var node = source[name];
                var text = node.IsString ? node.Text() : node["content"].TextOrNull();
                if (text is not null) roles.TryAdd(name, text);
            }
        }

        var added = new Dictionary<string, AddedToken>();
        if (config["added_tokens_decoder"] is { IsObject: true } decoder)
        {
            foreach (var (id, value) in decoder.Members())
            {
                if (!int.TryParse(id, out var number)) throw value.Wrong("must be named by a token's id");
                added[value["content"].Text()] = TokenizerJson.ReadAdded(value, number);
            }
        }

        if (Optional(folder, "added_tokens.json") is { IsObject: true } list)
        {
            foreach (var (content, value) in list.Members()) added.TryAdd(content, new AddedToken(content, value.Number()) { Normalized = true });
        }

        return new ModelSettings
        {
            LowerCase = config["do_lower_case"] is { IsNull: false } lower ? lower.Flag() : null,
            StripAccents = config["strip_accents"] is { IsNull: false } accents ? accents.Flag() : null,
            SplitIdeographs = config["tokenize_chinese_chars"].Flag(otherwise: true),
            AddPrefixSpace = config["add_prefix_space"].Flag(),
            AddBos = config["add_bos_token"] is { IsNull: false } bos ? bos.Flag() : null,
            AddEos = config["add_eos_token"] is { IsNull: false } eos ? eos.Flag() : null,
            TokenizerClass = config["tokenizer_class"].TextOrNull(),
            ModelType = Optional(folder, "config.json")["model_type"].TextOrNull(),
            Roles = roles,
            Added = [.. added.Values],
        };
    }

    /// <summary>The roles the files name, and for the rest what models customarily call theirs, where <paramref name="exists"/>.</summary>
    public IReadOnlyDictionary<string, string> AllRoles(Func<string, bool> exists)
    {
        var all = Roles.Where(r => exists(r.Value)).ToDictionary(r => r.Key, r => r.Value);
        foreach (var (role, tokens) in Customary)
        {
            if (!all.ContainsKey(role) && Array.Find(tokens, t => exists(t)) is { } token) all[role] = token;
        }

        return all;
    }

    private static JsonNode Optional(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? JsonNode.Read(path) : default;
    }
}
