using System.Globalization;
using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// What an encoder and an LLM share: word embeddings, a stack of blocks, a head over the vocabulary, kept apart so that a soft prompt can
/// be put between the first two and a loss taken at chosen positions only.
/// </summary>
public abstract class Transformer : nn.Module
{
    private readonly List<Weight> _weights = [];
    private Tensor? _causal;
    private ulong? _dropoutSeed;
    private ulong _drops;

    private protected Transformer(ModelConfiguration configuration) : base(configuration.Family)
    {
        Configuration = configuration;
        Dropout = (float)configuration.Dropout;
    }

    /// <summary>The shape of the model.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>Width of the residual stream and of the features.</summary>
    public int Width => Configuration.Width;

    /// <summary>Number of token ids.</summary>
    public int VocabularySize => Configuration.VocabularySize;

    /// <summary>The longest input in tokens.</summary>
    public int MaxPositions => Configuration.MaxPositions;

    /// <summary>"bert", "distilbert", "gpt2", "gptj", "llama", "mistral" or "qwen2".</summary>
    public string Family => Configuration.Family;

    /// <summary>
    /// Float32 (default) or BFloat16: the type linear layers and attention run in. The residual stream, norms, softmax and logits stay
    /// float32; parameters keep their own type (float32 masters when trained). Nothing is converted each step for frozen parameters.
    /// </summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>Probability with which embeddings and block outputs are dropped; active only in <c>train()</c>.</summary>
    public float Dropout { get; set; }

    /// <summary>
    /// When set, dropout masks follow from this number alone: set it anew before each step and the step can be done again, in any process. Null draws from libtorch's generator.
    /// Masks on a GPU always come from libtorch.
    /// </summary>
    public ulong? DropoutSeed
    {
        get => _dropoutSeed;
        set => (_dropoutSeed, _drops) = (value, 0);
    }

    /// <summary>Where the parameters are.</summary>
    public Device Device => _weights[0].Value.device;

    /// <summary>
    /// Receives (block, stream [rows · length, width]) behind every block of a decoder and returns the stream to go on with: how a codebook reaches into a frozen LLM.
    /// Null, as it should be everywhere else, costs nothing. Behind the last block the stream holds only the positions asked for.
    /// </summary>
    public Func<int, Tensor, Tensor>? AfterBlock { get; set; }

    /// <summary>
    /// While set, linear layers compute every row as it would be computed alone, whatever else is in the batch; float32 on the CPU, no gradient. What shares a batch then has no influence on
    /// an answer.
    /// </summary>
    internal bool RowByRow { get; set; }

    internal bool Causal => !Configuration.IsMasked;

    internal int? Window => Configuration.Window;

    internal IReadOnlyList<Weight> Weights => _weights;

    private protected abstract Weight Words { get; }

    /// <summary>Word embeddings only, no positions: ids [batch, length] int64 to [batch, length, width] float32.</summary>
    public Tensor Embed(Tensor ids)
    {
        Refresh();
        using var scope = NewDisposeScope();
        var shape = ids.shape;
        var rows = Words.Value.index_select(0, ids.reshape(-1));
        if (rows.dtype != ScalarType.Float32) rows = rows.to_type(ScalarType.Float32);
        return rows.view([.. shape, Width]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Hidden states after the final norm, float32. Position ids follow from the mask, so a padded row equals the same row alone.
    /// </summary>
    /// <param name="embeddings">[batch, length, width]: word embeddings, or anything else in their place.</param>
    /// <param name="mask">[batch, length], non-zero for real tokens; padding may be left, right or anywhere. Null: all are real.</param>
    /// <param name="cache">Keys and values of earlier tokens (decoders only); the new tokens follow them and are added.</param>
    /// <param name="at">Flat positions [n] int64 (row · length + column): only there is anything computed after the last block's attention.</param>
    /// <returns>[batch, length, width], or [n, width] with <paramref name="at"/>.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or the input is longer than <see cref="MaxPositions"/>.</exception>
    public Tensor Hidden(Tensor embeddings, Tensor? mask = null, KeyValueCache? cache = null, Tensor? at = null)
    {
        if (cache is not null && !Causal) throw new ArgumentException($"{Family} is an encoder: it sees whole texts and has no use for a cache");
        Refresh();
        using var scope = NewDisposeScope();
        using var batch = Batch.Of(this, embeddings, mask, cache, at);
        var hidden = Blocks(embeddings.reshape(-1, Width), batch);
        cache?.Advance(batch.Length);
        return (at is null ? hidden.view(batch.Rows, batch.Length, Width) : hidden).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// <see cref="Hidden"/> of texts of one length without padding, each computed exactly as it would be alone, in float32 on the CPU: what else is in the batch changes not a bit of it. Where that
    /// cannot be (on a GPU), it is <see cref="Hidden"/>.
    /// </summary>
    /// <param name="embeddings">[batch, length, width].</param>
    /// <param name="at">Flat positions [n] int64.</param>
    /// <returns>[n, width].</returns>
    public Tensor HiddenOfEach(Tensor embeddings, Tensor at)
    {
        if (Device.type != TorchSharp.DeviceType.CPU) return Hidden(embeddings, null, null, at);
        using var _ = no_grad();
        RowByRow = true;
        try
        {
            return Hidden(embeddings, null, null, at);
        }
        finally
        {
            RowByRow = false;
        }
    }

    /// <summary>Whether <see cref="HiddenOfTexts"/> can be asked: on the CPU, for heads of the usual widths.</summary>
    public bool TakesTextsWithoutPadding => Device.type == TorchSharp.DeviceType.CPU && TextAttention.Fits(Configuration.HeadWidth);

    /// <summary>
    /// <see cref="Hidden"/> of texts of any lengths that lie one behind the other: nothing is computed for padding, since there is none. Gradients flow as there.
    /// </summary>
    /// <param name="embeddings">[n, width]: the tokens of all texts.</param>
    /// <param name="lengths">Tokens of each text; their sum is n.</param>
    /// <param name="at">Places among the n [m] int64: only there is anything computed after the last block's attention.</param>
    /// <returns>[m, width].</returns>
    /// <exception cref="ArgumentException">The lengths do not fit, or a text is longer than <see cref="MaxPositions"/>.</exception>
    public Tensor HiddenOfTexts(Tensor embeddings, IReadOnlyList<int> lengths, Tensor at)
    {
        Refresh();
        using var scope = NewDisposeScope();
        using var batch = Batch.OfTexts(this, embeddings, lengths, at);
        return Blocks(embeddings, batch).MoveToOuterDisposeScope();
    }

    /// <summary>The head: hidden states [..., width] to float32 logits [..., vocabulary].</summary>
    public Tensor Logits(Tensor hidden)
    {
        Refresh();
        using var scope = NewDisposeScope();
        var shape = hidden.shape;
        var logits = Head(hidden.reshape(-1, Width));
        if (logits.dtype != ScalarType.Float32) logits = logits.to_type(ScalarType.Float32);
        return (shape.Length == 2 ? logits : logits.view([.. shape[..^1], VocabularySize])).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Writes <c>config.json</c> and <c>model.safetensors</c> under the published tensor names, so that <c>From</c>, or any other program
    /// that reads Hugging Face folders, can load them. The same parameters give the same bytes.
    /// </summary>
    /// <param name="folder">Created if missing.</param>
    /// <param name="dtype">The type to store; by default the parameters' own.</param>
    public void Save(string folder, ScalarType? dtype = null)
    {
        Directory.CreateDirectory(folder);
        var json = (JsonObject)Configuration.Json.DeepClone();
        json["torch_dtype"] = (dtype ?? Words.Value.dtype) switch
        {
            ScalarType.BFloat16 => "bfloat16", ScalarType.Float16 => "float16", ScalarType.Float32 => "float32",
            var other => throw new ArgumentException($"weights cannot be saved as {other}; give Float32, Float16 or BFloat16"),
        };
        var path = Path.Combine(folder, "config.json");
        File.WriteAllText(path + ".tmp", json.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true }));
        File.Move(path + ".tmp", path, overwrite: true);
        using var scope = NewDisposeScope();
        Safetensors.Write(Path.Combine(folder, "model.safetensors"), Published(dtype), new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
    }

    /// <summary>The parameters under their published names, in the layout of the published files. They share memory where layout and type allow.</summary>
    public IReadOnlyDictionary<string, Tensor> Published(ScalarType? dtype = null)
    {
        Refresh();
        using var _ = no_grad();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in _weights.SelectMany(w => w.Pieces()))
            tensors[name] = dtype is { } type && type != tensor.dtype ? tensor.to_type(type) : tensor;
        return tensors;
    }

    /// <summary>After parameters were written to in place: drops what was derived from them.</summary>
    public void ParametersChanged()
    {
        foreach (var weight in _weights) weight.Forget();
    }

    private protected Tensor Through(Tensor embeddings, SlotCache cache, int[] slots, Tensor? at)
    {
        Refresh();
        using var batch = Batch.OfSlots(this, embeddings, cache, slots, at);
        var hidden = Blocks(embeddings, batch);
        cache.Advance(slots);
        return hidden;
    }

    private protected Tensor After(int block, Tensor x) => AfterBlock is null ? x : AfterBlock(block, x);

    private protected abstract Tensor Blocks(Tensor x, Batch batch);

    private protected abstract Tensor Head(Tensor hidden);

    private protected Tensor Drop(Tensor x)
    {
        if (Dropout <= 0 || !training) return x;
        if (_dropoutSeed is not { } seed || x.device_type != TorchSharp.DeviceType.CPU) return nn.functional.dropout(x, Dropout, true);
        using var mask = new DropoutMask(Dropout, seed, _drops++).Of(x.shape);
        return x.mul(mask);
    }

    // What ends each half of a post-norm block: norm(stream + dropout(branch)).
    private protected Tensor AddAndNorm(Tensor stream, Tensor branch, LayerNorm norm)
    {
        var drops = training && Dropout > 0;
        if ((drops && _dropoutSeed is null) || !ResidualNorm.Fits(stream, branch)) return norm.Apply(Add(stream, Drop(branch)));
        return norm.Apply(stream, branch, drops ? new DropoutMask(Dropout, _dropoutSeed!.Value, _drops++) : null);
    }

    // The residual sum; float32 whatever the branch was computed in.
    private protected static Tensor Add(Tensor stream, Tensor branch) => stream.add(branch);

    /// <summary>Additive [1, length, total]: a token sees itself and what came before, within the window if there is one.</summary>
    internal Tensor CausalMask(Device device, int length, int total)
    {
        // Cached square; a pass takes its last rows. Grown in powers of two.
        if (_causal is null || _causal.shape[1] < total || _causal.device_type != device.type)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(Math.Max(64L, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)total)), Math.Max(MaxPositions, total));
            var mask = full([size, size], Batch.Hidden, dtype: ScalarType.Float32, device: device);
            var above = mask.triu(1);
            if (Window is { } window) above = above.add(mask.tril(-window));
            _causal?.Dispose();
            _causal = above.unsqueeze(0).DetachFromDisposeScope();
        }
        return _causal.narrow(1, total - length, length).narrow(2, 0, total);
    }

    private protected Weight Declare(string name, Initial initial, params long[] shape) =>
        Declare(name, initial, shape, [new Part(name, shape[0])], Layout.Table);

    private protected Weight Declare(string name, Initial initial, long[] shape, Part[] parts, Layout layout)
    {
        var weight = new Weight(name, shape, initial, parts, layout);
        _weights.Add(weight);
        return weight;
    }

    /// <summary>A linear layer whose outputs are those of the named parts side by side, fused into one product.</summary>
    private protected Linear DeclareLinear(string name, long inputs, bool bias, (string Name, long Outputs)[] parts, Initial initial = Initial.Normal, Layout layout = Layout.Matrix)
    {
        var outputs = parts.Sum(p => p.Outputs);
        Part[] Named(string suffix) => [.. parts.Select(p => new Part($"{p.Name}.{suffix}", p.Outputs))];
        var weight = Declare($"{name}.weight", initial, [inputs, outputs], Named("weight"), layout);
        return new Linear(this, weight, bias ? Declare($"{name}.bias", Initial.Zeros, [outputs], Named("bias"), Layout.Table) : null);
    }

    private protected Linear DeclareLinear(string name, long inputs, long outputs, bool bias = true, Initial initial = Initial.Normal, Layout layout = Layout.Matrix) =>
        DeclareLinear(name, inputs, bias, [(name, outputs)], initial, layout);

    /// <summary>The head over the vocabulary: a matrix of its own, or the word embeddings once more.</summary>
    private protected IHead DeclareHead(string name, bool bias, string? biasName = null)
    {
        var (width, vocabulary) = (Configuration.Width, Configuration.VocabularySize);
        var shift = bias ? Declare(biasName ?? $"{name}.bias", Initial.Zeros, vocabulary) : null;
        return Configuration.Tied
            ? new TiedHead(this, Words, shift)
            : new Linear(this, Declare($"{name}.weight", Initial.Normal, [width, vocabulary], [new Part($"{name}.weight", vocabulary)], Layout.Matrix), shift);
    }

    private protected LayerNorm DeclareLayerNorm(string name) =>
        new(Declare($"{name}.weight", Initial.Ones, Width), Declare($"{name}.bias", Initial.Zeros, Width), Configuration.Epsilon);

    // Allocates the declared parameters. Vectors (norms, biases) are tiny: they stay float32 whatever the matrices are stored in.
    internal void Allocate(ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        foreach (var weight in _weights)
        {
            weight.Value = nn.Parameter(empty(weight.Shape, dtype: weight.Shape.Length == 1 ? ScalarType.Float32 : type, device: device));
            register_parameter(weight.Name, weight.Value);
            weight.Value.DetachFromDisposeScope();
        }
        if (type != ScalarType.Float32) ComputeType = ScalarType.BFloat16;
    }

    // Draws the parameters of a new model. One generator in declaration order: the same seed gives the same model.
    internal void Draw(long seed)
    {
        using var _ = no_grad();
        using var generator = new torch.Generator((ulong)seed, CPU);
        foreach (var weight in _weights)
        {
            var deviation = Configuration.InitializerRange / (weight.Initial == Initial.Residual ? Math.Sqrt(2 * Configuration.Layers) : 1);
            using var scope = NewDisposeScope();
            switch (weight.Initial)
            {
                case Initial.Zeros: weight.Value.zero_(); break;
                case Initial.Ones: weight.Value.fill_(1); break;
                default: weight.Value.copy_(empty(weight.Shape, dtype: ScalarType.Float32).normal_(0, deviation, generator)); break;
            }
        }
    }

    // Moving or converting a module replaces its parameters; the layers' references follow here.
    private void Refresh()
    {
        if (ReferenceEquals(get_parameter(_weights[0].Name), _weights[0].Value)) return;
        var current = named_parameters(false).ToDictionary(p => p.name, p => p.parameter, StringComparer.Ordinal);
        foreach (var weight in _weights)
        {
            weight.Value = current.TryGetValue(weight.Name, out var value)
                ? value
                : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"parameter {weight.Name} was removed from the model"));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ParametersChanged();
            _causal?.Dispose();
            _causal = null;
        }
        base.Dispose(disposing);
    }
}
