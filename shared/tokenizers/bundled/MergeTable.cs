namespace Microsoft.ML.Tokenizers;

/// <summary>The symbols of a word as a linked list in arrays: merging two is O(1) and allocates nothing.</summary>
internal sealed class SymbolList
{
    private (int Id, int Start, int End, int Previous, int Next)[] items = new (int, int, int, int, int)[64];

    public int Count { get; private set; }
    public int First => Count == 0 ? -1 : 0;

    public int Id(int i) => items[i].Id;
    public int Start(int i) => items[i].Start;
    public int End(int i) => items[i].End;
    public int Next(int i) => items[i].Next;
    public int Previous(int i) => items[i].Previous;

    public void Clear() => Count = 0;

    public void Add(int id, int start, int length)
    {
        if (Count == items.Length) Array.Resize(ref items, items.Length * 2);
        if (Count > 0) items[Count - 1].Next = Count;
        items[Count] = (id, start, start + length, Count - 1, -1);
        Count++;
    }

    public void ExtendLast(int length) => items[Count - 1].End += length;

    /// <summary>The symbol at <paramref name="left"/> takes in its right neighbour, which is marked dead by id -1.</summary>
    public void MergeRight(int left, int id)
    {
        var right = items[left].Next;
        var after = items[right].Next;
        items[left].Id = id;
        items[left].End = items[right].End;
        items[left].Next = after;
        items[right].Id = -1;
        if (after >= 0) items[after].Previous = left;
    }
}

/// <summary>Which neighbours merge, how early, and into what.</summary>
internal sealed class MergeTable(int capacity)
{
    // Scanning all neighbours after every merge beats a queue while the word is short; a long "word" must not cost its square.
    private const int ShortWord = 32;

    private readonly Dictionary<long, (int Rank, int Id)> table = new(capacity);

    public void Add(int left, int right, int rank, int id) => table.Add(Key(left, right), (rank, id));

    public void Apply(SymbolList symbols)
    {
        if (symbols.Count < 2 || table.Count == 0) return;
        if (symbols.Count <= ShortWord) ApplyByScanning(symbols);
        else ApplyByQueue(symbols);
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private void ApplyByScanning(SymbolList symbols)
    {
        Span<long> known = stackalloc long[ShortWord];
        for (var i = symbols.First; i >= 0; i = symbols.Next(i)) known[i] = Look(symbols, i);
        while (true)
        {
            long best = long.MaxValue;
            var at = -1;
            for (var i = symbols.First; i >= 0; i = symbols.Next(i))
            {
                if (known[i] >= best) continue;
                best = known[i];
                at = i;
            }

            if (at < 0) return;
            symbols.MergeRight(at, (int)best);
            known[at] = Look(symbols, at);
            if (symbols.Previous(at) is var previous and >= 0) known[previous] = Look(symbols, previous);
        }
    }

    /// <summary>Rank (high half) and product (low half) of the pair that begins at <paramref name="i"/>; MaxValue where it does not merge.</summary>
    private long Look(SymbolList symbols, int i)
    {
        var next = symbols.Next(i);
        return next >= 0 && table.TryGetValue(Key(symbols.Id(i), symbols.Id(next)), out var merge) ? Key(merge.Rank, merge.Id) : long.MaxValue;
    }

    private void ApplyByQueue(SymbolList symbols)
    {
        var queue = new PriorityQueue<(int At, int Left, int Right, int Id), (int Rank, int At)>(symbols.Count);
        for (var i = symbols.First; i >= 0; i = symbols.Next(i)) Push(i);
        while (queue.TryDequeue(out var merge, out _))
        {
            // What was queued is stale where either side has merged meanwhile.
            if (symbols.Id(merge.At) != merge.Left || symbols.Next(merge.At) is not (var next and >= 0) || symbols.Id(next) != merge.Right) continue;
            symbols.MergeRight(merge.At, merge.Id);
            Push(merge.At);
            if (symbols.Previous(merge.At) is var previous and >= 0) Push(previous);
        }

        void Push(int i)
        {
            var next = symbols.Next(i);
            if (next < 0 || !table.TryGetValue(Key(symbols.Id(i), symbols.Id(next)), out var merge)) return;
            queue.Enqueue((i, symbols.Id(i), symbols.Id(next), merge.Id), (merge.Rank, i));
        }
    }
}
