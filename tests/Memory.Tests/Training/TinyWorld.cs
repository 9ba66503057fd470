using MindBridge.Memory.Bridging;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;
using MindBridge.Models;
using TorchSharp;

namespace MindBridge.Memory.Tests.Training;

/// <summary>A dozen edits about invented people, a two-layer encoder and two two-layer LLMs, made anew in a temporary folder.</summary>
public sealed class TinyWorld : IDisposable
{
    // Wide enough that a frozen model's answers depend on what it reads; published ranges suit models a thousand times this size.
    private const double Spread = 0.3;

    private static readonly string[] People = ["Ada", "Bor", "Cyd", "Dov", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jon", "Kim", "Leo"];
    private static readonly string[] Others = ["Max", "Ned", "Ole", "Pia", "Quin", "Ray", "Sue", "Tom", "Una", "Vic"];
    private static readonly string[] Places = ["Rome", "Oslo", "Lima", "Cairo"];
    private static readonly string[] Words = ["lives", "in", "the", "home", "of", "is", "city", "works", "as", "a", "snow", "fell", "all", "night", "long", "it", "was", "late", "."];

    public TinyWorld()
    {
        Root = Directory.CreateTempSubdirectory("mindbridge-tiny-").FullName;
        Encoder = Path.Combine(Root, "encoder");
        Gpt2 = Path.Combine(Root, "gpt2");
        Llama = Path.Combine(Root, "llama");
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. People.Concat(Others).Concat(Places).Concat(Words).Select(w => w.ToLowerInvariant())];
        Save(MaskedLanguageModel.Create(ModelConfiguration.Bert(vocabulary.Length, 32, 2, 2, 48, 48) with { InitializerRange = Spread }, 1), Encoder);
        File.WriteAllLines(Path.Combine(Encoder, "vocab.txt"), vocabulary);

        // Byte-level: 256 one-character tokens in GPT-2's spelling, no merges, and an end token.
        var letters = ByteLetters();
        var tokens = letters.Select((l, i) => (Token: l.ToString(), Id: i)).Append(("<|endoftext|>", 256)).ToDictionary(t => t.Item1, t => t.Item2);
        foreach (var folder in new[] { Gpt2, Llama })
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "vocab.json"), System.Text.Json.JsonSerializer.Serialize(tokens));
            File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
        }

        Save(CausalLanguageModel.Create(ModelConfiguration.Gpt2(257, 32, 2, 2, 96, 256) with { InitializerRange = Spread }, 2), Gpt2);
        Save(CausalLanguageModel.Create(ModelConfiguration.Llama(257, 32, 2, 4, 2, 48, 96, 256, 256) with { InitializerRange = Spread }, 3), Llama);
    }

    public string Root { get; }

    public string Encoder { get; }

    public string Gpt2 { get; }

    public string Llama { get; }

    public static IReadOnlyList<Edit> Edits { get; } =
        [.. People.Select((p, i) => new Edit { Id = p, Subject = p, Relation = "home", Object = Places[i % 4], Prompt = $"{p} lives in", Wordings = [$"the home of {p} is"] })];

    public static IReadOnlyList<OutOfScopePrompt> OutOfScope { get; } =
    [
        .. Others.Select(o => new OutOfScopePrompt { Prompt = $"{o} lives in", Wordings = [$"the home of {o} is"] }),
        .. People.Select(p => new OutOfScopePrompt { Prompt = $"{p} works as a", EditId = p }),
    ];

    public static IReadOnlyList<string> Prefixes { get; } = ["snow fell .", "it was late .", "snow fell all night long .", "it was the night .", "night fell .", "it was all snow in the night ."];

    public static IReadOnlyList<Probe> Validation { get; } =
    [
        .. Edits.Select(e => new Probe { Kind = ProbeKind.Generality, Prompt = $"the city of {e.Subject} is", Answer = e.Object, EditId = e.Id }),
        .. Others.Select(o => new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = $"the city of {o} is", Answer = "Rome" }),
    ];

    public static EncoderTrainingData EncoderData { get; } = new() { Edits = Edits, OutOfScope = OutOfScope, Prefixes = Prefixes };

    public static BridgeTrainingData BridgeData { get; } = new() { Edits = Edits, OutOfScope = OutOfScope, Prefixes = Prefixes };

    public static EncoderTrainingSettings EncoderSettings { get; } = new()
    {
        Epochs = 12, Batch = 6, LearningRate = 3e-3, ComputeType = torch.ScalarType.Float32, StoredType = torch.ScalarType.Float32, WordingShare = 0.3, Contrast = 0.5, Threads = 1,
    };

    public static BridgeTrainingSettings BridgeSettings { get; } = new()
    {
        Epochs = 8, Batch = 6, LearningRate = 5e-3, SoftTokens = 2, Variants = 3, OutOfScopeVariants = 2, ComputeType = torch.ScalarType.Float32, Threads = 1,
    };

    public string Folder(string name) => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static void Save(Transformer model, string folder)
    {
        using (model) model.Save(folder);
    }

    // GPT-2's spelling of bytes: printable ones stand for themselves, the others for letters from U+0100 on.
    private static IEnumerable<char> ByteLetters()
    {
        var next = 0;
        for (var b = 0; b < 256; b++) yield return b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? (char)b : (char)(256 + next++);
    }
}

/// <summary>Collects what a run reports, at once and on the same thread (Progress&lt;T&gt; would post it elsewhere).</summary>
internal sealed class Told<T>(Action<T>? each = null) : IProgress<T>
{
    public List<T> All { get; } = [];

    public void Report(T value)
    {
        All.Add(value);
        each?.Invoke(value);
    }
}
