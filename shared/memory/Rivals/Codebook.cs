using MindBridge.Memory.Edits;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Rivals;

/// <summary>How the codebook is written; the defaults suit mini models and 1,000 edits in minutes.</summary>
public sealed record CodebookSettings
{
    /// <summary>The block behind which the codebook sits, counted from 0; negative counts from the end. The last block cannot be taken.</summary>
    public int Layer { get; init; } = -2;

    /// <summary>Gradient steps for the values.</summary>
    public int Steps { get; init; } = 30;

    /// <summary>Adam's rate, in units of the activations' root mean square.</summary>
    public double LearningRate { get; init; } = 0.5;

    /// <summary>The ball around a key within which it answers, as a share of the median distance between nearest keys.</summary>
    public double Radius { get; init; } = 0.5;

    /// <summary>Edits in a step.</summary>
    public int Batch { get; init; } = 128;
}

/// <summary>
/// A codebook inside the LLM, as GRACE keeps one: key = the activation of an edit's last prompt token behind a chosen block, value = a vector, learned by a few gradient
/// steps, that takes its place. A query whose own activation lies in a key's ball receives the value; all others run through unchanged (deferral). Balls of
/// edits that disagree are cut at half their distance.
/// </summary>
public sealed class Codebook : Answerer
{
    private readonly int layer;
    private readonly Tensor keys;       // [edits, width]
    private readonly Tensor values;     // [edits, width]
    private readonly float[] radii;

    private Codebook(Llm llm, int layer, Tensor keys, Tensor values, float[] radii) => (Llm, this.layer, this.keys, this.values, this.radii) = (llm, layer, keys, values, radii);

    /// <inheritdoc/>
    public override string Name => "grace";

    /// <inheritdoc/>
    public override Llm Llm { get; }

    /// <summary>Writes a codebook for the edits; the LLM stays as it is.</summary>
    /// <param name="llm">The frozen LLM.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="settings">How.</param>
    /// <param name="progress">Receives (step, steps, loss).</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static Codebook Write(Llm llm, IReadOnlyList<Edit> edits, CodebookSettings settings, Action<int, int, double>? progress = null, CancellationToken cancellationToken = default)
    {
        if (edits.Count == 0) throw new ArgumentException("no edits to write into the codebook; give at least one edit", nameof(edits));
        var layers = llm.Model.Configuration.Layers;
        var layer = settings.Layer < 0 ? layers + settings.Layer : settings.Layer;
        if (layer < 0 || layer >= layers - 1) throw new ArgumentException($"{llm.Name} has {layers} blocks; the codebook needs one of the first {layers - 1}", nameof(settings));
        foreach (var parameter in llm.Model.parameters()) parameter.requires_grad_(false);

        var requests = edits.Select(e => new Request { Prompt = e.Prompt, Ids = llm.Encode(e.Prompt) }).ToList();
        var answers = edits.Select(e => llm.EncodeAnswer(e.Prompt, e.Object)).ToList();
        using var scope = NewDisposeScope();
        var keys = Activations(llm, requests, layer);
        var scale = keys.square().mean().sqrt().item<float>();
        var values = new TorchSharp.Modules.Parameter(keys.clone());
        var batches = Enumerable.Range(0, edits.Count).GroupBy(i => (requests[i].Ids.Count, answers[i].Length)).SelectMany(g => g.Chunk(settings.Batch)).ToList();
        using var optimizer = optim.AdamW([values], settings.LearningRate * scale / 10, weight_decay: 0);
        for (var step = 0; step < settings.Steps; step++)
        {
            var sum = 0.0;
            optimizer.zero_grad();
            foreach (var batch in batches)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                var loss = Loss(llm, layer, [.. batch.Select(i => requests[i])], [.. batch.Select(i => answers[i])], values.index_select(0, Rows(batch, llm)));
                loss.backward();
                sum += loss.item<float>();
            }
            optimizer.step();
            progress?.Invoke(step + 1, settings.Steps, sum / edits.Count);
        }
        return new Codebook(llm, layer, keys.DetachFromDisposeScope(), values.detach().clone().DetachFromDisposeScope(), Radii(keys, edits, settings.Radius));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var plain = prompts.Select(p => new Request { Prompt = p, Ids = Llm.Encode(p) }).ToList();
        if (plain.Count == 0) return plain;
        var distances = Distances(Activations(Llm, plain, layer), keys);
        var nearest = distances.argmin(1);
        var far = distances.gather(1, nearest.unsqueeze(1)).cpu().data<float>().ToArray();
        var index = nearest.cpu().data<long>().ToArray();
        return
        [
            .. plain.Select((request, i) => far[i] > radii[index[i]] ? request : new Request
            {
                Prompt = request.Prompt, Ids = request.Ids, Activation = values[index[i]].clone().MoveToOuterDisposeScope(),
            }),
        ];
    }

    /// <inheritdoc/>
    internal override Tensor Hidden(IReadOnlyList<Request> rows, Tensor embeddings, KeyValueCache? cache, Tensor? at)
    {
        if (rows.All(r => r.Activation is null)) return base.Hidden(rows, embeddings, cache, at);
        var replaced = Enumerable.Range(0, rows.Count).Where(r => rows[r].Activation is not null).ToArray();
        var length = embeddings.shape[1];
        var places = replaced.Select(r => (r * length) + rows[r].Ids.Count - 1).ToArray();
        var vectors = stack(replaced.Select(r => rows[r].Activation!).ToArray());
        return Intercepted(Llm, layer, stream => Replaced(stream, places, vectors), () => base.Hidden(rows, embeddings, cache, at));
    }

    // The activations behind a block at the last prompt token, [requests, width].
    private static Tensor Activations(Llm llm, IReadOnlyList<Request> requests, int layer)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        var order = new List<int>();
        foreach (var batch in Enumerable.Range(0, requests.Count).GroupBy(i => requests[i].Ids.Count).SelectMany(g => g.Chunk(256)))
        {
            using var inner = NewDisposeScope();
            var length = requests[batch[0]].Ids.Count;
            var ids = tensor(batch.SelectMany(i => requests[i].Ids.Select(id => (long)id)).ToArray(), [batch.Length, length]).to(llm.Model.Device);
            var last = tensor(Enumerable.Range(1, batch.Length).Select(r => ((long)r * length) - 1).ToArray()).to(llm.Model.Device);
            Tensor? seen = null;
            Intercepted(llm, layer, stream =>
            {
                seen = stream.index_select(0, last).to(float32).DetachFromDisposeScope();     // outlives the model's own scope
                return stream;
            }, () => llm.Model.Hidden(llm.Model.Embed(ids), null, null, last));
            parts.Add(seen!.clone().MoveToOuterDisposeScope());
            seen!.Dispose();
            order.AddRange(batch);
        }
        var back = new long[order.Count];
        for (var k = 0; k < order.Count; k++) back[order[k]] = k;
        return cat(parts, 0).index_select(0, tensor(back).to(llm.Model.Device)).MoveToOuterDisposeScope();
    }

    private static Tensor Loss(Llm llm, int layer, List<Request> rows, List<int[]> answers, Tensor chosen)
    {
        var (prompt, answer) = (rows[0].Ids.Count, answers[0].Length);
        var length = prompt + answer;
        var ids = tensor(rows.SelectMany((r, k) => r.Ids.Concat(answers[k]).Select(id => (long)id)).ToArray(), [rows.Count, length]).to(llm.Model.Device);
        var last = Enumerable.Range(0, rows.Count).Select(r => ((long)r * length) + prompt - 1).ToArray();
        var at = tensor(Enumerable.Range(0, rows.Count).SelectMany(r => Enumerable.Range(0, answer).Select(k => ((long)r * length) + prompt - 1 + k)).ToArray()).to(llm.Model.Device);
        var hidden = Intercepted(llm, layer, stream => Replaced(stream, last, chosen), () => llm.Model.Hidden(llm.Model.Embed(ids), null, null, at));
        var targets = tensor(answers.SelectMany(a => a.Select(id => (long)id)).ToArray()).to(llm.Model.Device);
        return nn.functional.cross_entropy(llm.Model.Logits(hidden), targets) * rows.Count;
    }

    private static Tensor Intercepted(Llm llm, int layer, Func<Tensor, Tensor> change, Func<Tensor> run)
    {
        llm.Model.AfterBlock = (block, stream) => block == layer ? change(stream) : stream;
        try
        {
            return run();
        }
        finally
        {
            llm.Model.AfterBlock = null;
        }
    }

    // The stream [rows · length, width] with some of its rows exchanged; gradients reach the vectors.
    private static Tensor Replaced(Tensor stream, long[] places, Tensor vectors)
    {
        var rows = new long[stream.shape[0]];
        for (var i = 0; i < rows.Length; i++) rows[i] = i;
        for (var k = 0; k < places.Length; k++) rows[places[k]] = rows.Length + k;
        return cat([stream, vectors.to(stream.dtype)], 0).index_select(0, tensor(rows).to(stream.device));
    }

    // Differences, not products: a key's distance to itself is exactly zero.
    private static Tensor Distances(Tensor queries, Tensor keys)
    {
        using var scope = NewDisposeScope();
        const long chunk = 32;
        var parts = new List<Tensor>();
        for (var from = 0L; from < queries.shape[0]; from += chunk)
        {
            using var inner = NewDisposeScope();
            var some = queries.narrow(0, from, Math.Min(chunk, queries.shape[0] - from));
            parts.Add((some.unsqueeze(1) - keys.unsqueeze(0)).square().sum([2L]).sqrt().MoveToOuterDisposeScope());
        }
        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private static float[] Radii(Tensor keys, IReadOnlyList<Edit> edits, double share)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var distances = Distances(keys, keys).cpu().data<float>().ToArray();
        var count = edits.Count;
        var nearest = new float[count];
        var nearestOther = new float[count];
        for (var i = 0; i < count; i++)
        {
            nearest[i] = nearestOther[i] = float.PositiveInfinity;
            for (var j = 0; j < count; j++)
            {
                if (i == j) continue;
                var distance = distances[(i * count) + j];
                nearest[i] = Math.Min(nearest[i], distance);
                if (!string.Equals(edits[i].Object, edits[j].Object, StringComparison.Ordinal)) nearestOther[i] = Math.Min(nearestOther[i], distance);
            }
        }
        var finite = nearest.Where(float.IsFinite).Order().ToArray();
        var radius = finite.Length == 0 ? 1f : (float)(share * finite[finite.Length / 2]);
        return [.. nearestOther.Select(d => Math.Min(radius, d / 2))];
    }

    private static Tensor Rows(int[] rows, Llm llm) => tensor(rows.Select(r => (long)r).ToArray()).to(llm.Model.Device);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            keys.Dispose();
            values.Dispose();
        }
        base.Dispose(disposing);
    }
}
