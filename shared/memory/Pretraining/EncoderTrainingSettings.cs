using System.Text.Json.Serialization;
using TorchSharp;

namespace MindBridge.Memory.Pretraining;

/// <summary>Which elements of (s, r, o) injection masks, whole (METHOD section 2).</summary>
public enum ElementMask
{
    /// <summary>Always the object.</summary>
    Object,

    /// <summary>Subject or object, evenly.</summary>
    SubjectOrObject,

    /// <summary>Subject, relation or object, evenly (the paper).</summary>
    AnyElement,
}

/// <summary>The order in which the objectives are trained.</summary>
public enum TrainingSchedule
{
    /// <summary>All objectives from the first step.</summary>
    Joint,

    /// <summary>Injection alone, then the heads alone on cached features, then all together.</summary>
    Phased,
}

/// <summary>Everything that decides what stage I makes; with the inputs it gives the artifact's id.</summary>
public sealed record EncoderTrainingSettings
{
    /// <summary>Weight a of L_inj (Eq. 3); 0 switches injection off.</summary>
    public double Injection { get; init; } = 1;

    /// <summary>Weight b of L_assoc; 0 switches association off.</summary>
    public double Association { get; init; } = 1;

    /// <summary>Weight c of L_exist; 0 switches existence off.</summary>
    public double Existence { get; init; } = 1;

    /// <summary>
    /// Weight d of the contrastive term between two wordings of one edit; 0 switches it off, as in the paper. With it a new wording's nearest key is nearly always its own edit's (docs/quality.md).
    /// </summary>
    public double Contrast { get; init; } = 0.3;

    /// <summary>Temperature of the contrastive term.</summary>
    public double Temperature { get; init; } = 0.1;

    /// <summary>Which elements injection masks.</summary>
    public ElementMask Mask { get; init; } = ElementMask.Object;

    /// <summary>Part of the other words that injection masks besides.</summary>
    public double RandomMask { get; init; } = 0.10;

    /// <summary>Part of the steps whose prompts stand behind an unrelated sentence.</summary>
    public double PrefixShare { get; init; } = 0.5;

    /// <summary>Part of the rows that use another wording of the edit than its own prompt.</summary>
    public double WordingShare { get; init; } = 0.4;

    /// <summary>Part of the out-of-scope rows that ask another thing about a subject of this very step's edits; null draws hard negatives as often as any other.</summary>
    public double? HardShare { get; init; }

    /// <summary>When what is trained.</summary>
    public TrainingSchedule Schedule { get; init; } = TrainingSchedule.Joint;

    /// <summary>Part of the steps for injection alone (phased).</summary>
    public double InjectionPhase { get; init; } = 0.3;

    /// <summary>Part of the steps for the heads alone (phased).</summary>
    public double HeadsPhase { get; init; } = 0.05;

    /// <summary>How often every edit is seen; null: as often as <see cref="EpochsFor"/> says.</summary>
    public int? Epochs { get; init; }

    /// <summary>Edits a step; as many prompts and as many out-of-scope prompts again.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Highest learning rate of AdamW.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Part of the steps over which the rate rises.</summary>
    public double WarmUp { get; init; } = 0.05;

    /// <summary>Longest gradient.</summary>
    public double Clip { get; init; } = 3;

    /// <summary>AdamW's decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Dropout of the encoder while it trains; the frozen copy never drops.</summary>
    public double Dropout { get; init; } = 0.05;

    /// <summary>Epochs between two validations; the best of them is kept.</summary>
    public int ValidateEvery { get; init; } = 5;

    /// <summary>Validations without a better score after which training stops early; null trains to the end.</summary>
    public int? Patience { get; init; }

    /// <summary>Type the products run in: BFloat16, Float32, or null for what the processor is fast in.</summary>
    public torch.ScalarType? ComputeType { get; init; }

    /// <summary>Type of the encoder's weights in the artifact: BFloat16 (half the size) or Float32.</summary>
    public torch.ScalarType StoredType { get; init; } = torch.ScalarType.BFloat16;

    /// <summary>One seed, one artifact.</summary>
    public long Seed { get; init; }

    /// <summary>Threads libtorch may use; sums depend on it, so it is part of the recipe. Null takes what the process has.</summary>
    public int? Threads { get; init; }

    /// <summary>Where training runs: "cpu" or "cuda" (or "cuda:1").</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Time between two checkpoints; changes nothing that is learned.</summary>
    [JsonIgnore]
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// 45 passes over a few edits, fewer over many, never fewer than 20. What is learnt depends on the number of steps: by subject, 640 of them suffice for a thousand edits; where the prompt's own feature
    /// must do, 1,400 tell neighbours and new wordings apart better (docs/quality.md).
    /// </summary>
    public int EpochsFor(int edits) => Math.Clamp(1400 * Batch / Math.Max(1, edits), 20, 45);

    /// <summary>Names the first setting that cannot be used.</summary>
    /// <exception cref="ArgumentException">With the setting, its value and what it may be.</exception>
    public void Validate()
    {
        Checkpoints.ComputeTypes.RequireDevice(Device);
        Require(Threads is null or >= 1, "threads", Threads ?? 0, "at least 1");
        Require(Epochs is null or >= 1, "epochs", Epochs ?? 0, "at least 1");
        Require(Batch >= 1, "batch", Batch, "at least 1");
        Require(LearningRate is > 0 and <= 1, "learning rate", LearningRate, "above 0 and at most 1");
        Require(Clip > 0, "clip", Clip, "above 0");
        Require(Temperature > 0, "temperature", Temperature, "above 0");
        Require(ValidateEvery >= 1, "validate every", ValidateEvery, "at least 1 epoch");
        Require(Dropout is >= 0 and < 1, "dropout", Dropout, "from 0 to below 1");
        foreach (var (name, weight) in new[] { ("injection", Injection), ("association", Association), ("existence", Existence), ("contrast", Contrast), ("weight decay", WeightDecay) })
            Require(weight >= 0 && double.IsFinite(weight), name, weight, "0 (off) or more");
        foreach (var (name, share) in new[] { ("random mask", RandomMask), ("prefix share", PrefixShare), ("wording share", WordingShare), ("hard share", HardShare ?? 0), ("warm-up", WarmUp), ("injection phase", InjectionPhase), ("heads phase", HeadsPhase) })
            Require(share is >= 0 and <= 1, name, share, "a part from 0 to 1");
        if (Injection + Association + Existence + Contrast == 0)
            throw new ArgumentException("every objective is switched off; give injection, association, existence or contrast a weight above 0");
        if (ComputeType is not (null or torch.ScalarType.Float32 or torch.ScalarType.BFloat16))
            throw new ArgumentException($"compute type {ComputeType} cannot be trained in; use Float32 or BFloat16");
    }

    /// <summary>The same settings with what follows from the edits and the processor written out, as they enter the artifact.</summary>
    internal EncoderTrainingSettings Resolved(int edits) => this with
    {
        Epochs = Epochs ?? EpochsFor(edits),
        ComputeType = ComputeType ?? Checkpoints.ComputeTypes.FastestOn(torch.device(Device)),
        Threads = Threads ?? Checkpoints.ComputeTypes.ThreadsFor(ComputeType ?? Checkpoints.ComputeTypes.FastestOn(torch.device(Device)), torch.device(Device)),
    };

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} is {value}; it must be {rule}");
    }
}
