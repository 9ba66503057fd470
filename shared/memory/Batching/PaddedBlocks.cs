using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Batching;

/// <summary>
/// Rows of unequal length, padded to the right in a few blocks of like length (METHOD section 6): for models that cannot read texts without padding. Results come back in the order the
/// rows were given.
/// </summary>
internal sealed class PaddedBlocks
{
    // What starting one more block costs, in token positions: measured on the mini models, where a block's fixed cost is some dozens of small operators.
    private const int BlockCost = 160;

    private readonly Block[] blocks;
    private readonly long[]? order;

    /// <summary>Pads <paramref name="rows"/> in at most <paramref name="mostBlocks"/> blocks.</summary>
    public PaddedBlocks(IReadOnlyList<Row> rows, int mostBlocks = 3)
    {
        var sorted = Enumerable.Range(0, rows.Count).ToArray();
        int[] cuts = [0, rows.Count];
        if (mostBlocks > 1)
        {
            // A stable sort: equal lengths keep their order, so the same rows always give the same sums.
            sorted = [.. sorted.OrderBy(i => rows[i].Length)];
            cuts = Cut([.. sorted.Select(i => rows[i].Length)], mostBlocks);
            if (cuts.Length == 2) sorted = [.. Enumerable.Range(0, rows.Count)];
        }

        blocks = new Block[cuts.Length - 1];
        for (var b = 0; b < blocks.Length; b++) blocks[b] = new Block(rows, sorted[cuts[b]..cuts[b + 1]]);
        if (blocks.Length > 1) order = OrderOfResults(rows, sorted);

        var first = 0;
        var firstSlot = new int[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            firstSlot[i] = first;
            first += rows[i].Slots.Length;
        }

        if (first > 0) foreach (var block in blocks) block.TakeVectors(rows, firstSlot);
    }

    /// <summary>Hidden states at every row's <see cref="Row.At"/>.</summary>
    /// <param name="model">The model that reads the rows.</param>
    /// <param name="vectors">[slots, width]: what stands in the slots, row by row; null when no row has one.</param>
    /// <param name="cache">What the rows follow (rows in one block only); null when they stand alone.</param>
    /// <returns>[wanted positions, width], row by row.</returns>
    public Tensor Hidden(Transformer model, Tensor? vectors = null, KeyValueCache? cache = null)
    {
        if (blocks.Length == 1) return blocks[0].Hidden(model, vectors, cache, shuffled: false);
        if (cache is not null) throw new ArgumentException("rows that follow a cache must be built as one block", nameof(cache));
        var parts = new Tensor[blocks.Length];
        for (var b = 0; b < blocks.Length; b++) parts[b] = blocks[b].Hidden(model, vectors, null, shuffled: true);
        using var all = cat(parts, 0);
        foreach (var part in parts) part.Dispose();
        using var index = tensor(order!);
        return all.index_select(0, index);
    }

    // Cuts the sorted lengths where the padding saved pays for another block: a small dynamic programme over the cut points.
    private static int[] Cut(int[] lengths, int most)
    {
        var n = lengths.Length;
        if (n < 2 || lengths[0] == lengths[^1]) return [0, n];
        // Only places where the length changes are worth cutting at.
        var places = Enumerable.Range(1, n - 1).Where(i => lengths[i] != lengths[i - 1]).Append(n).ToArray();
        var cost = new long[most + 1, places.Length];
        var from = new int[most + 1, places.Length];
        for (var k = 1; k <= most; k++)
        {
            for (var e = 0; e < places.Length; e++)
            {
                cost[k, e] = (long)places[e] * lengths[places[e] - 1];
                from[k, e] = -1;
                for (var s = 0; k > 1 && s < e; s++)
                {
                    var c = cost[k - 1, s] + ((long)(places[e] - places[s]) * lengths[places[e] - 1]) + BlockCost;
                    if (c < cost[k, e]) (cost[k, e], from[k, e]) = (c, s);
                }
            }
        }

        var cuts = new Stack<int>();
        var (block, end) = (most, places.Length - 1);
        while (end >= 0)
        {
            cuts.Push(places[end]);
            end = from[block, end];
            block--;
        }

        cuts.Push(0);
        return [.. cuts];
    }

    private static long[] OrderOfResults(IReadOnlyList<Row> rows, int[] sorted)
    {
        var start = new long[rows.Count];
        long place = 0;
        foreach (var i in sorted)
        {
            start[i] = place;
            place += rows[i].At.Length;
        }

        var order = new long[place];
        var next = 0;
        for (var i = 0; i < rows.Count; i++)
            for (var k = 0; k < rows[i].At.Length; k++) order[next++] = start[i] + k;
        return order;
    }

    private sealed class Block
    {
        private readonly int[] members;
        private readonly long[] ids;
        private readonly long[]? mask;
        private readonly long[] at;
        private long[] places = [];
        private long[] vectorsOf = [];

        public Block(IReadOnlyList<Row> rows, int[] members)
        {
            this.members = members;
            Rows = members.Length;
            Columns = members.Max(i => rows[i].Length);
            ids = new long[Rows * Columns];
            if (Array.Exists(members, i => rows[i].Length < Columns)) mask = new long[Rows * Columns];
            var wanted = new List<long>();
            for (var r = 0; r < Rows; r++)
            {
                var row = rows[members[r]];
                for (var c = 0; c < row.Length; c++) ids[(r * Columns) + c] = row.Ids[c];
                mask?.AsSpan(r * Columns, row.Length).Fill(1);
                foreach (var c in row.At) wanted.Add((r * Columns) + c);
            }

            at = [.. wanted];
        }

        public int Rows { get; }

        public int Columns { get; }

        public void TakeVectors(IReadOnlyList<Row> rows, int[] firstSlot)
        {
            var (here, there) = (new List<long>(), new List<long>());
            for (var r = 0; r < Rows; r++)
            {
                var slots = rows[members[r]].Slots;
                for (var k = 0; k < slots.Length; k++)
                {
                    here.Add((r * Columns) + slots[k]);
                    there.Add(firstSlot[members[r]] + k);
                }
            }

            (places, vectorsOf) = ([.. here], [.. there]);
        }

        public Tensor Hidden(Transformer model, Tensor? vectors, KeyValueCache? cache, bool shuffled)
        {
            using var scope = NewDisposeScope();
            var device = model.Device;
            var embeddings = model.Embed(tensor(ids, device: device).view(Rows, Columns));
            if (places.Length > 0)
            {
                var given = vectors ?? throw new ArgumentNullException(nameof(vectors), "the rows have slots; give the vectors that stand in them");
                if (shuffled) given = given.index_select(0, tensor(vectorsOf, device: device));
                embeddings = embeddings.view(Rows * Columns, -1)
                    .index_copy(0, tensor(places, device: device), given.to(embeddings.dtype))
                    .view(Rows, Columns, -1);
            }

            var attend = mask is null ? null : tensor(mask, device: device).view(Rows, Columns);
            return model.Hidden(embeddings, attend, cache, tensor(at, device: device)).MoveToOuterDisposeScope();
        }
    }
}
