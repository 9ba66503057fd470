using System.Text.Json;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Evaluation;

/// <summary>A whole edited model small enough for tests: an encoder, an LLM with byte tokens, keys and a projector, all with random weights from fixed seeds.</summary>
internal sealed class TinyMemory : IDisposable
{
    private readonly List<string> folders = [];

    public TinyMemory(string family = "gpt2", int softTokens = 2, IReadOnlyList<Edit>? edits = null, int seed = 0)
    {
        Edits = edits ?? DefaultEdits;
        Encoder = NewEncoder(seed);
        Llm = NewLlm(family);
        random.manual_seed(seed + 5);
        Projector = new Projector(Encoder.Width, softTokens, Llm.Model.Width);
        Projector.eval();
        Keys = KeyStore.Build(Encoder, Edits);
        Keys.Calibrate(Encoder);
    }

    public static IReadOnlyList<Edit> DefaultEdits { get; } =
    [
        New("1", "Anna Berg", "P27", "The nationality of Anna Berg is", "Peru"),
        New("2", "Oslo", "P17", "Oslo is a city in", "Chile"),
        New("3", "Rita Moss", "P106", "Rita Moss works as a", "pilot"),
        New("4", "New York", "P190", "New York is a twin city of", "Lima"),
        New("5", "New York City", "P6", "The mayor of New York City is", "Rita Moss"),
    ];

    public IReadOnlyList<Edit> Edits { get; }

    public MemoryEncoder Encoder { get; }

    public Llm Llm { get; }

    public Projector Projector { get; }

    public KeyStore Keys { get; }

    public static Edit New(string id, string subject, string? relation, string prompt, string answer) =>
        new() { Id = id, Subject = subject, Relation = relation, Prompt = prompt, Object = answer };

    public EditedModel Edited(DecisionRule rule, SoftPromptLayout layout = SoftPromptLayout.AfterPrompt) =>
        new(Llm, [new Shard(Encoder, Projector, Keys, rule)], layout);

    public MemoryEncoder NewEncoder(int seed)
    {
        var folder = NewFolder();
        string[] words = ["the", "of", "is", "a", "in", "city", "works", "as", "mayor", "twin", "nationality", "born", "was", "where", "it"];
        var letters = Enumerable.Range('a', 26).Select(c => ((char)c).ToString());
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), [.. (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "?", ","], .. words, .. letters, .. letters.Select(l => "##" + l)]);
        var tokenizer = TextTokenizer.From(folder);
        var model = MaskedLanguageModel.Create(ModelConfiguration.Bert(tokenizer.VocabularySize, 32, 2, 2, 64, 64), seed);
        model.eval();
        random.manual_seed(seed + 1);
        var head = new ExistenceHead(32);
        head.eval();
        return new MemoryEncoder(model, tokenizer, head, $"encoder-{seed}");
    }

    public Llm NewLlm(string family)
    {
        var folder = NewFolder();
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        // Byte-level BPE spells bytes with these characters; without merges every byte is a token.
        var spare = 256;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            vocabulary[((char)(printable ? b : spare++)).ToString()] = b;
        }
        vocabulary["<|endoftext|>"] = 256;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(vocabulary));
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        var configuration = family == "gpt2" ? ModelConfiguration.Gpt2(257, 32, 3, 2, 160, 256) : ModelConfiguration.Llama(257, 32, 3, 4, 2, 48, 160, 256, 256);
        return new Llm(CausalLanguageModel.Create(configuration, 3), TextTokenizer.From(folder));
    }

    private string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("mindbridge-tiny-").FullName;
        folders.Add(folder);
        return folder;
    }

    public void Dispose()
    {
        Keys.Dispose();
        Projector.Dispose();
        Encoder.Dispose();
        Llm.Dispose();
        foreach (var folder in folders) Directory.Delete(folder, true);
    }
}
