using MindBridge.Memory.Batching;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>
/// What does not change while a bridge trains, computed once: every prompt's feature, the unedited LLM's last hidden state at its last token (out-of-scope prompts), and, with
/// the soft prompt after the prompt, the prompt's keys and values.
/// </summary>
internal sealed class BridgeCache : IDisposable
{
    private const int PositionsABatch = 6000;

    private readonly CausalLanguageModel model;
    private readonly IReadOnlyList<int[]> ids;
    private readonly int[] place;
    private readonly Tensor placeTensor;

    public BridgeCache(BridgeTexts texts, BridgeTrainingSettings settings, IReadOnlyList<MemoryEncoder> encoders, Llm llm, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var frozen = no_grad();
        model = llm.Model;
        // The same prompt may stand in several passes; it is read once.
        var unique = new Dictionary<string, int>(StringComparer.Ordinal);
        place = new int[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            if (!unique.TryGetValue(texts.Prompts[i], out var number)) unique[texts.Prompts[i]] = number = unique.Count;
            place[i] = number;
        }

        string[] prompts = [.. unique.Keys];
        var distinct = new int[prompts.Length][];
        for (var i = 0; i < texts.Count; i++) distinct[place[i]] = texts.Ids[i];
        ids = distinct;
        placeTensor = tensor(Array.ConvertAll(place, p => (long)p), device: model.Device).DetachFromDisposeScope();
        var meter = new ProgressMeter(progress, "features", encoders.Count + 1);
        var features = new List<Tensor>();
        foreach (var encoder in encoders)
        {
            using var scope = NewDisposeScope();
            features.Add(encoder.Features([.. prompts.Select(encoder.Ids)], cancellationToken).to(model.Device).DetachFromDisposeScope());
            meter.Report(features.Count);
        }

        Features = features;
        var store = settings.Layout is SoftPromptLayout.AfterPrompt && distinct.Sum(p => (long)p.Length) * PromptStore.BytesPerToken(model) <= (long)settings.CacheMegabytes << 20;
        if (store) Prompts = new PromptStore(model, [.. distinct.Select(p => p.Length)]);
        var taught = new HashSet<int>();
        for (var item = texts.FirstOutOfScope; item < texts.Count; item++) taught.Add(place[item]);
        if (taught.Count > 0) Teacher = zeros([prompts.Length, model.Width], device: model.Device).DetachFromDisposeScope();
        if (store || taught.Count > 0) Read([.. Enumerable.Range(0, prompts.Length).Where(i => store || taught.Contains(i))], cancellationToken);
        meter.Report(encoders.Count + 1);
    }

    /// <summary>By encoder: [distinct prompts, h].</summary>
    private IReadOnlyList<Tensor> Features { get; }

    /// <summary>[distinct prompts, width], out-of-scope prompts only; null without a locality term.</summary>
    private Tensor? Teacher { get; }

    // Null where the layout needs none, or where they would not fit.
    private PromptStore? Prompts { get; }

    /// <summary>By encoder: [items, h], the features of items.</summary>
    public Tensor[] FeaturesOf(long[] items)
    {
        using var index = Index(items);
        return [.. Features.Select(f => f.index_select(0, index))];
    }

    /// <summary>[items, width]: the unedited LLM's last hidden states.</summary>
    public Tensor TeacherOf(long[] items)
    {
        using var index = Index(items);
        return Teacher!.index_select(0, index);
    }

    /// <summary>What the rows of a step follow when the soft prompt stands after the prompt: the prompts of items, one a row. The caller owns it.</summary>
    public KeyValueCache PromptsOf(long[] items)
    {
        int[] rows = [.. items.Select(i => place[i])];
        if (Prompts is not null) return Prompts.Of(rows);
        // Too much to keep: this step's prompts are read here and now.
        var here = new PromptStore(model, [.. rows.Select(r => ids[r].Length)]);
        using (here)
        {
            int[] order = [.. Enumerable.Range(0, rows.Length)];
            ReadInto(here, order, [.. rows.Select(r => ids[r])]).Dispose();
            return here.Of(order);
        }
    }

    /// <summary>Standard deviation of each encoder's features, for noise in their own unit.</summary>
    public double[] Deviations() => [.. Features.Select(f =>
    {
        using var scope = NewDisposeScope();
        return (double)f.sub(f.mean([0])).pow(2).mean().sqrt().item<float>();
    })];

    public void Dispose()
    {
        foreach (var feature in Features) feature.Dispose();
        Teacher?.Dispose();
        Prompts?.Dispose();
        placeTensor.Dispose();
    }

    private void Read(int[] wanted, CancellationToken cancellationToken)
    {
        var order = wanted.OrderBy(i => ids[i].Length).ToArray();
        for (var next = 0; next < order.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var first = next;
            while (next < order.Length && (next == first || (next - first + 1) * ids[order[next]].Length <= PositionsABatch)) next++;
            var batch = order[first..next];
            var last = Prompts is { } store
                ? ReadInto(store, batch, [.. batch.Select(i => ids[i])])
                : new RowBatch([.. batch.Select(i => new Row(ids[i], ids[i].Length - 1))], mostBlocks: 1).Hidden(model);
            Teacher?.index_copy_(0, tensor(batch.Select(i => (long)i).ToArray(), device: model.Device), last);
        }
    }

    // Hidden states at the last tokens; keys and values go into the store.
    private Tensor ReadInto(PromptStore store, int[] numbers, int[][] prompts)
    {
        using var frozen = no_grad();
        using var keep = model.NewCache(prompts.Length, prompts.Max(p => p.Length));
        var last = new RowBatch([.. prompts.Select(p => new Row(p, p.Length - 1))], mostBlocks: 1).Hidden(model, cache: keep);
        store.Take(numbers, keep);
        return last;
    }

    private Tensor Index(long[] items)
    {
        using var given = tensor(items, device: placeTensor.device);
        return placeTensor.index_select(0, given);
    }
}
