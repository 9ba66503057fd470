using MindBridge.Artifacts;
using MindBridge.Memory.Batching;
using MindBridge.Models;
using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Encoders;

/// <summary>
/// The trained memory modality: an encoder of the BERT family that turns a prompt into one feature m = E(p)[CLS], and the existence head
/// that says whether the feature belongs to an edit. It sees the user's prompt only, never a target (METHOD section 5, 1), and knows no LLM.
/// </summary>
public sealed class MemoryEncoder : IDisposable
{
    /// <summary>The file beside the encoder's own that holds existence.* and association.*.</summary>
    public const string HeadsName = "heads.safetensors";

    private const string HeadPrefix = "existence.";
    private const int PositionsABatch = 6000;

    /// <summary>Puts an encoder together from its parts; <see cref="From"/> reads them from a folder.</summary>
    public MemoryEncoder(MaskedLanguageModel model, TextTokenizer tokenizer, ExistenceHead head, string artifactId)
    {
        (Model, Tokenizer, Head, ArtifactId) = (model, tokenizer, head, artifactId);
        Classify = tokenizer.Cls ?? throw new InvalidDataException("the encoder's tokenizer has no [CLS] token; give a tokenizer of the BERT family");
        Separate = tokenizer.Sep ?? throw new InvalidDataException("the encoder's tokenizer has no [SEP] token; give a tokenizer of the BERT family");
    }

    /// <summary>The encoder E.</summary>
    public MaskedLanguageModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>The existence head, kept from pre-training (METHOD section 5, 5).</summary>
    public ExistenceHead Head { get; }

    /// <summary>The artifact's id: equal ids, equal features.</summary>
    public string ArtifactId { get; }

    /// <summary>Length h of a feature.</summary>
    public int Width => Model.Width;

    private int Classify { get; }

    private int Separate { get; }

    /// <summary>Loads a trained encoder: a Hugging Face folder with <see cref="HeadsName"/> beside the weights.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is no trained encoder, or damaged.</exception>
    public static MemoryEncoder From(string folder, ScalarType? computeType = null)
    {
        // Opening verifies every byte, so a tampered encoder is refused before it is used.
        var id = Artifact.Exists(folder) ? Artifact.Open(folder, "encoder").Id : ContentIdentity.Of(folder);
        var heads = Path.Combine(folder, HeadsName);
        if (!File.Exists(heads))
            throw new FileNotFoundException($"{folder} holds no {HeadsName}, so it is no trained memory encoder; make one with: mindbridge encoder train --base {folder} --edits FILE --out DIR");
        var model = MaskedLanguageModel.From(folder);
        model.eval();
        foreach (var weight in model.parameters()) weight.requires_grad = false;
        if (computeType is { } type) model.ComputeType = type;
        var head = new ExistenceHead(model.Width);
        using (var file = Safetensors.Open(heads)) head.Load(file, HeadPrefix);
        head.eval();
        foreach (var weight in head.parameters()) weight.requires_grad = false;
        return new MemoryEncoder(model, TextTokenizer.From(folder), head, id);
    }

    /// <summary>What the encoder reads for a prompt: [CLS] pieces [SEP], cut at the end where the encoder has no more positions.</summary>
    public int[] Ids(string prompt)
    {
        var pieces = Tokenizer.Encode(prompt, special: false);
        return [Classify, .. pieces.Take(Model.MaxPositions - 2), Separate];
    }

    /// <summary>The features of prompts, in batches of like length, without gradients.</summary>
    /// <returns>[n, h] float32; the caller owns it.</returns>
    public Tensor Features(IReadOnlyList<string> prompts) => Features([.. prompts.Select(Ids)], CancellationToken.None);

    /// <summary>
    /// The features of prompts that were asked for together, each exactly what it would be alone: what others ask at the same moment changes no answer. Prompts of like length share a pass.
    /// </summary>
    /// <returns>[n, h] float32; the caller owns it.</returns>
    public Tensor FeaturesOfEach(IReadOnlyList<string> prompts)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var ids = prompts.Select(Ids).ToList();
        var features = new Tensor[prompts.Count];
        foreach (var like in Enumerable.Range(0, ids.Count).GroupBy(i => ids[i].Length))
        {
            foreach (var rows in like.Chunk(Math.Max(1, PositionsABatch / like.Key)))
            {
                var embeddings = Model.Embed(tensor(rows.SelectMany(i => ids[i]).Select(id => (long)id).ToArray(), device: Model.Device).view(rows.Length, like.Key));
                var hidden = Model.HiddenOfEach(embeddings, tensor(Enumerable.Range(0, rows.Length).Select(r => (long)r * like.Key).ToArray(), device: Model.Device)).to(float32);
                for (var r = 0; r < rows.Length; r++) features[rows[r]] = hidden[r];
            }
        }

        return stack(features, 0).MoveToOuterDisposeScope();
    }

    /// <summary>P(in scope) by the existence head.</summary>
    /// <param name="features">[n, h] as <see cref="Features(IReadOnlyList{string})"/> returns them.</param>
    public float[] InScope(Tensor features)
    {
        using var frozen = no_grad();
        using var probability = Head.Probability(features);
        return probability.cpu().data<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        Head.Dispose();
    }

    /// <summary>Features of token ids that already carry [CLS] and [SEP]: [n, h] float32.</summary>
    internal Tensor Features(IReadOnlyList<int[]> rows, CancellationToken cancellationToken) => Features(Model, rows, cancellationToken);

    internal static Tensor Features(MaskedLanguageModel model, IReadOnlyList<int[]> rows, CancellationToken cancellationToken)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        if (rows.Count == 0) return zeros(0, model.Width).MoveToOuterDisposeScope();
        var order = Enumerable.Range(0, rows.Count).OrderBy(i => rows[i].Length).ToArray();
        var parts = new List<Tensor>();
        for (var next = 0; next < order.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = next;
            while (next < order.Length && (next == first || (next - first + 1) * rows[order[next]].Length <= PositionsABatch)) next++;
            parts.Add(new RowBatch([.. order[first..next].Select(i => new Row(rows[i], 0))], mostBlocks: 1).Hidden(model).to(float32));
        }

        // Batches came shortest first; back to the caller's order.
        var place = new long[rows.Count];
        for (var k = 0; k < order.Length; k++) place[order[k]] = k;
        return cat(parts, 0).index_select(0, tensor(place, device: model.Device)).MoveToOuterDisposeScope();
    }
}
