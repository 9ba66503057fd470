namespace MindBridge.Models.Pretraining;

/// <summary>The architectures that can be trained from nothing.</summary>
public enum BaseModelKind
{
    /// <summary>BertForMaskedLM with a WordPiece tokenizer: a memory encoder's base.</summary>
    Bert,

    /// <summary>GPT2LMHeadModel with GPT-2's byte-level BPE.</summary>
    Gpt2,

    /// <summary>LlamaForCausalLM (grouped-query attention, rotary positions, gated MLP) with Llama 3's byte-level BPE.</summary>
    Llama,
}

/// <summary>Shape and training of a small base model. <see cref="For"/> gives defaults that suit a few million parameters on two cores.</summary>
public sealed record PretrainingSettings
{
    public required BaseModelKind Kind { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Hidden { get; init; }

    public int Layers { get; init; } = 4;

    public required int Heads { get; init; }

    /// <summary>Llama only: heads of keys and values.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>Width of the MLP.</summary>
    public required int Intermediate { get; init; }

    /// <summary>The most tokens the tokenizer may have; a small text may give fewer.</summary>
    public int Vocabulary { get; init; } = 3072;

    /// <summary>The longest input, in tokens.</summary>
    public int Positions { get; init; } = 256;

    /// <summary>Tokens in a training row; texts are packed so that they also begin in mid-row, at positions above 0.</summary>
    public required int RowWidth { get; init; }

    public int Steps { get; init; } = 2000;

    /// <summary>Tokens in one step.</summary>
    public int TokensPerStep { get; init; } = 2048;

    public required double LearningRate { get; init; }

    /// <summary>The part of all steps, 0 to 1, over which the rate rises.</summary>
    public double WarmUp { get; init; } = 0.05;

    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Gradients are scaled down to this norm.</summary>
    public double Clip { get; init; } = 1.0;

    /// <summary>Standard deviation of the initial weights. A post-norm BERT this narrow does not leave the unigram plateau with the usual 0.02.</summary>
    public required double InitializerRange { get; init; }

    public long Seed { get; init; } = 1;

    /// <summary>Compute matrix products in bfloat16 (masters stay float32). Only pays on processors that have it.</summary>
    public bool BFloat16 { get; init; }

    /// <summary>Steps between two checkpoints; 0 for none.</summary>
    public int CheckpointEvery { get; init; } = 200;

    /// <summary>Defaults of one kind, at a given width.</summary>
    public static PretrainingSettings For(BaseModelKind kind, int hidden = 192) => kind switch
    {
        BaseModelKind.Bert => new()
        {
            Kind = kind, Hidden = hidden, Heads = HeadsFor(hidden), Intermediate = 4 * hidden, RowWidth = 64, LearningRate = 7e-4, InitializerRange = 0.04,
        },
        BaseModelKind.Gpt2 => new()
        {
            Kind = kind, Hidden = hidden, Heads = HeadsFor(hidden), Intermediate = 4 * hidden, RowWidth = 96, LearningRate = 2e-3, InitializerRange = 0.02,
        },
        BaseModelKind.Llama => new()
        {
            Kind = kind, Hidden = hidden, Heads = HeadsFor(hidden), KeyValueHeads = HeadsFor(hidden) % 2 == 0 ? HeadsFor(hidden) / 2 : HeadsFor(hidden),
            Intermediate = hidden * 8 / 3 / 32 * 32, RowWidth = 96, LearningRate = 2e-3, InitializerRange = 0.02,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of base model"),
    };

    /// <exception cref="ArgumentException">A value that no model can have; the message names it.</exception>
    public void Check()
    {
        Positive(Hidden, "hidden");
        Positive(Layers, "layers");
        Positive(Heads, "heads");
        Positive(Steps, "steps");
        Positive(TokensPerStep, "batch");
        if (Hidden % Heads != 0) throw new ArgumentException($"hidden {Hidden} is no multiple of heads {Heads}; choose heads that divide it");
        if (Kind == BaseModelKind.Llama && (Hidden / Heads) % 2 != 0)
            throw new ArgumentException($"a Llama head of width {Hidden / Heads} (hidden {Hidden} / heads {Heads}) is odd, and rotary positions need an even one");
        if (Kind == BaseModelKind.Llama && (KeyValueHeads <= 0 || Heads % KeyValueHeads != 0))
            throw new ArgumentException($"heads {Heads} is no multiple of key-value heads {KeyValueHeads}");
        if (RowWidth < 8 || RowWidth > Positions) throw new ArgumentException($"a row of {RowWidth} tokens must have at least 8 and at most the {Positions} positions of the model");
        if (TokensPerStep < RowWidth) throw new ArgumentException($"batch {TokensPerStep} is less than one row of {RowWidth} tokens");
        if (!(LearningRate > 0)) throw new ArgumentException($"learning rate {LearningRate} is not above 0");

        static void Positive(int value, string name)
        {
            if (value <= 0) throw new ArgumentException($"{name} {value} is not above 0");
        }
    }

    private static int HeadsFor(int hidden) => hidden % 32 == 0 ? hidden / 32 : hidden % 16 == 0 ? hidden / 16 : 1;
}
