using MindBridge.Memory.Batching;
using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>The token an unedited LLM finds likeliest after a text.</summary>
internal static class NextTokens
{
    private const int PositionsABatch = 6000;

    /// <summary>One token for each text, in their order.</summary>
    /// <param name="llm">The LLM; it is only read.</param>
    /// <param name="texts">The ids of each text, none empty.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static int[] Of(Llm llm, IReadOnlyList<int[]> texts, CancellationToken cancellationToken)
    {
        using var frozen = no_grad();
        var next = new int[texts.Count];
        var order = Enumerable.Range(0, texts.Count).OrderBy(i => texts[i].Length).ToArray();
        for (var first = 0; first < order.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = 1;
            while (first + count < order.Length && (count + 1) * texts[order[first + count]].Length <= PositionsABatch) count++;
            var batch = order.AsSpan(first, count).ToArray();
            var rows = new RowBatch([.. batch.Select(i => new Row(texts[i], texts[i].Length - 1))], mostBlocks: 1);
            var likeliest = llm.Model.Logits(rows.Hidden(llm.Model)).argmax(1).cpu().data<long>().ToArray();
            for (var k = 0; k < count; k++) next[batch[k]] = (int)likeliest[k];
            first += count;
        }

        return next;
    }
}
