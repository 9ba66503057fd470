using MindBridge.Memory.Edits;
using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Rivals;

/// <summary>How FT-L runs; the defaults suit mini models and 1,000 edits in minutes.</summary>
public sealed record FineTuningSettings
{
    /// <summary>The block whose MLP is changed, counted from 0; negative counts from the end.</summary>
    public int Layer { get; init; } = -2;

    /// <summary>Passes over the edits.</summary>
    public int Epochs { get; init; } = 12;

    /// <summary>Edits in a step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Adam's rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>No weight moves farther than this from where it was (the L of FT-L: an L-infinity ball).</summary>
    public double Radius { get; init; } = 2e-2;

    /// <summary>Order of the edits.</summary>
    public int Seed { get; init; }
}

/// <summary>
/// Constrained fine-tuning (FT-L): the down projection of one block's MLP is trained on the edits, every weight kept within a small distance of where it was. It changes
/// the LLM itself, so it must be repeated for every new LLM, and nothing tells an edited answer from others.
/// </summary>
public sealed class FineTuning : Answerer
{
    private static readonly string[] DownProjections = ["mlp.c_proj.weight", "mlp.fc_out.weight", "mlp.down_proj.weight"];

    private FineTuning(Llm changed) => Llm = changed;

    /// <inheritdoc/>
    public override string Name => "ft";

    /// <inheritdoc/>
    public override Llm Llm { get; }

    /// <summary>Trains <paramref name="copy"/>, which becomes this answerer's own LLM.</summary>
    /// <param name="copy">An LLM loaded for this purpose; it is changed and, in the end, disposed.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="settings">How.</param>
    /// <param name="progress">Receives (step, steps, loss).</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static FineTuning Train(Llm copy, IReadOnlyList<Edit> edits, FineTuningSettings settings, Action<int, int, double>? progress = null, CancellationToken cancellationToken = default)
    {
        if (edits.Count == 0) throw new ArgumentException("no edits to fine-tune on; give at least one edit", nameof(edits));
        foreach (var parameter in copy.Model.parameters()) parameter.requires_grad_(false);
        var weight = WeightOf(copy, settings.Layer);
        weight.requires_grad_(true);
        using var before = weight.detach().clone();
        using var optimizer = optim.AdamW([weight], settings.LearningRate, weight_decay: 0);
        var rows = edits.Select(e => (Prompt: copy.Encode(e.Prompt), Answer: copy.EncodeClosedAnswer(e.Prompt, e.Object))).ToList();
        var random = new Random(settings.Seed);
        var perEpoch = (rows.Count + settings.Batch - 1) / settings.Batch;
        var step = 0;
        for (var epoch = 0; epoch < settings.Epochs; epoch++)
        {
            var order = Enumerable.Range(0, rows.Count).ToArray();
            random.Shuffle(order);
            foreach (var batch in order.Chunk(settings.Batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                var loss = Loss(copy, [.. batch.Select(i => rows[i])]);
                loss.backward();
                optimizer.step();
                using (no_grad())
                {
                    var moved = (weight - before).clamp(-settings.Radius, settings.Radius);
                    weight.copy_(before + moved);
                    copy.Model.ParametersChanged();
                }
                progress?.Invoke(++step, perEpoch * settings.Epochs, loss.item<float>());
            }
        }
        weight.requires_grad_(false);
        return new FineTuning(copy);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null) =>
        [.. prompts.Select(p => new Request { Prompt = p, Ids = Llm.Encode(p) })];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Llm.Dispose();
        base.Dispose(disposing);
    }

    // Right padding needs no mask: a causal model's real positions never look right.
    private static Tensor Loss(Llm llm, List<(IReadOnlyList<int> Prompt, int[] Answer)> rows)
    {
        var width = rows.Max(r => r.Prompt.Count + r.Answer.Length);
        var flat = new long[rows.Count * width];
        var positions = new List<long>();
        var targets = new List<long>();
        for (var row = 0; row < rows.Count; row++)
        {
            var (prompt, answer) = rows[row];
            for (var k = 0; k < prompt.Count; k++) flat[(row * width) + k] = prompt[k];
            for (var k = 0; k < answer.Length; k++)
            {
                flat[(row * width) + prompt.Count + k] = answer[k];
                positions.Add((row * width) + prompt.Count - 1 + k);
                targets.Add(answer[k]);
            }
        }
        var model = llm.Model;
        var hidden = model.Hidden(model.Embed(tensor(flat, [rows.Count, width])), null, null, tensor(positions.ToArray()));
        return nn.functional.cross_entropy(model.Logits(hidden), tensor(targets.ToArray()));
    }

    private static TorchSharp.Modules.Parameter WeightOf(Llm llm, int layer)
    {
        var found = llm.Model.named_parameters().Where(p => DownProjections.Any(d => p.name.EndsWith(d, StringComparison.Ordinal))).ToList();
        var index = layer < 0 ? found.Count + layer : layer;
        if (index < 0 || index >= found.Count)
            throw new ArgumentException($"{llm.Name} has {found.Count} blocks with an MLP; layer {layer} is not among them", nameof(layer));
        return found[index].parameter;
    }
}
