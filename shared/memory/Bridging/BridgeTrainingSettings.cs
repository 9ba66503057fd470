using System.Text.Json.Serialization;
using MindBridge.Memory.Checkpoints;
using TorchSharp;

namespace MindBridge.Memory.Bridging;

/// <summary>Everything that decides what stage II makes; with the inputs it gives the bridge's id.</summary>
public sealed record BridgeTrainingSettings
{
    /// <summary>n: soft tokens of each encoder. Four: one is enough for a GPT-2, but a Llama needs more (27 against 96 % Rel).</summary>
    public int SoftTokens { get; init; } = 4;

    /// <summary>
    /// Where the soft prompt stands. After the prompt, the LLM answers from an edit's own feature whatever the wording (99 % against 53 to 93 % before it), and the prompt's keys and
    /// values are computed once.
    /// </summary>
    public SoftPromptLayout Layout { get; init; } = SoftPromptLayout.AfterPrompt;

    /// <summary>Width between the projector's layers; null is twice the encoder's width.</summary>
    public int? Hidden { get; init; }

    /// <summary>λ of L_loc (Eq. 6); 0 trains on the edits alone. The paper's is 1, with the soft prompt in front.</summary>
    public double Locality { get; init; } = 3;

    /// <summary>Temperature of the KL; its square scales the term back.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// Teaches the LLM to end its answer with a full stop after the object, and then to go on as it would unedited. Without it the object comes out and the sentence may go on ("Italian opera"), which
    /// a free answer counts as wrong.
    /// </summary>
    public bool Stop { get; init; } = true;

    /// <summary>Passes over the edits with their own prefixes and wordings; their features are cached once each. The first is always the plain prompts.</summary>
    public int Variants { get; init; } = 4;

    /// <summary>Passes over the out-of-scope prompts, likewise.</summary>
    public int OutOfScopeVariants { get; init; } = 3;

    /// <summary>Part of the prompts, from the second variant on, that stand behind an unrelated sentence.</summary>
    public double PrefixShare { get; init; } = 0.5;

    /// <summary>Part of the prompts, from the second variant on, that use another wording.</summary>
    public double WordingShare { get; init; } = 0.6;

    /// <summary>Part of the edits' rows whose feature is that of the edit's own prompt, whatever wording the LLM reads: what addressing by the nearest key serves.</summary>
    public double KeyShare { get; init; } = 0.5;

    /// <summary>Standard deviation of noise added to features, in units of their own deviation.</summary>
    public double FeatureNoise { get; init; }

    /// <summary>Length of the soft tokens before training, as a multiple of the mean length of the LLM's embeddings; null halves the second layer only.</summary>
    public double? SoftNorm { get; init; }

    /// <summary>How often every edit is seen.</summary>
    public int Epochs { get; init; } = 24;

    /// <summary>Edits a step, and as many out-of-scope prompts.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Highest learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Part of the steps over which the rate rises.</summary>
    public double WarmUp { get; init; } = 0.05;

    /// <summary>Longest gradient.</summary>
    public double Clip { get; init; } = 3;

    /// <summary>AdamW's decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Epochs between two validations, where there are validation probes; the best projector of them is kept.</summary>
    public int ValidateEvery { get; init; } = 4;

    /// <summary>Validations without a better score after which training stops early; null trains to the end.</summary>
    public int? Patience { get; init; }

    /// <summary>Type the frozen LLM runs in: BFloat16, Float32, or null for what the processor is fast in.</summary>
    public torch.ScalarType? ComputeType { get; init; }

    /// <summary>Megabytes of cached keys and values of prompts (after-prompt layout); prompts beyond them are read again each time.</summary>
    public int CacheMegabytes { get; init; } = 4096;

    /// <summary>One seed, one artifact.</summary>
    public long Seed { get; init; }

    /// <summary>Threads libtorch may use; null takes what the process has.</summary>
    public int? Threads { get; init; }

    /// <summary>Where training runs: "cpu" or "cuda" (or "cuda:1").</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Time between two checkpoints; changes nothing that is learned.</summary>
    [JsonIgnore]
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// As the paper has it, to serve without keys: the soft prompt in front of the prompt, where the locality term can make it vanish. Better out-of-scope answers without a gate, worse ones
    /// to other wordings. The locality term has twice the paper's weight (docs/quality.md).
    /// </summary>
    public static BridgeTrainingSettings Paper { get; } = new()
    {
        Layout = SoftPromptLayout.AfterBos, Locality = 2, Variants = 6, OutOfScopeVariants = 6, PrefixShare = 0.6, WordingShare = 0, KeyShare = 0,
    };

    /// <summary>Half the cost of the default, for serving by subject behind the gate only: without the locality term an ungated answer changes everything.</summary>
    public static BridgeTrainingSettings Quick { get; } = new() { Locality = 0, Epochs = 16 };

    /// <summary>Names the first setting that cannot be used.</summary>
    /// <exception cref="ArgumentException">With the setting, its value and what it may be.</exception>
    public void Validate()
    {
        Require(SoftTokens is >= 1 and <= 256, "soft tokens", SoftTokens, "1 to 256");
        Require(Hidden is null or >= 1, "hidden", Hidden ?? 0, "at least 1");
        ComputeTypes.RequireDevice(Device);
        Require(Threads is null or >= 1, "threads", Threads ?? 0, "at least 1");
        Require(Epochs >= 1, "epochs", Epochs, "at least 1");
        Require(Batch >= 1, "batch", Batch, "at least 1");
        Require(Variants is >= 1 and <= 1000, "variants", Variants, "1 to 1000");
        Require(OutOfScopeVariants is >= 1 and <= 1000, "out-of-scope variants", OutOfScopeVariants, "1 to 1000");
        Require(CacheMegabytes >= 0, "cache megabytes", CacheMegabytes, "0 or more");
        Require(ValidateEvery >= 1, "validate every", ValidateEvery, "at least 1 epoch");
        Require(LearningRate is > 0 and <= 1, "learning rate", LearningRate, "above 0 and at most 1");
        Require(Clip > 0, "clip", Clip, "above 0");
        Require(Temperature > 0, "temperature", Temperature, "above 0");
        Require(SoftNorm is null or > 0, "soft norm", SoftNorm ?? 0, "above 0");
        foreach (var (name, weight) in new[] { ("locality", Locality), ("feature noise", FeatureNoise), ("weight decay", WeightDecay) })
            Require(weight >= 0 && double.IsFinite(weight), name, weight, "0 (off) or more");
        foreach (var (name, share) in new[] { ("prefix share", PrefixShare), ("wording share", WordingShare), ("key share", KeyShare), ("warm-up", WarmUp) })
            Require(share is >= 0 and <= 1, name, share, "a part from 0 to 1");
        if (!Enum.IsDefined(Layout)) throw new ArgumentException($"layout {Layout} is not known; use {string.Join(", ", Enum.GetNames<SoftPromptLayout>())}");
        if (ComputeType is not (null or torch.ScalarType.Float32 or torch.ScalarType.BFloat16))
            throw new ArgumentException($"compute type {ComputeType} cannot be trained in; use Float32 or BFloat16");
    }

    /// <summary>The same settings with the processor's choices written out, as they enter the artifact.</summary>
    internal BridgeTrainingSettings Resolved() => this with
    {
        ComputeType = ComputeType ?? ComputeTypes.FastestOn(torch.device(Device)),
        Threads = Threads ?? ComputeTypes.ThreadsFor(ComputeType ?? ComputeTypes.FastestOn(torch.device(Device)), torch.device(Device)),
    };

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} is {value}; it must be {rule}");
    }
}
