namespace MindBridge.Tokenizers.Words;

/// <summary>The model's own tokens and their ids, and the file they were read from (for messages).</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;
    private readonly string?[] tokens;

    /// <exception cref="InvalidDataException">An id is negative, absurdly large or given twice.</exception>
    public Vocabulary(Dictionary<string, int> ids, string source)
    {
        this.ids = ids;
        Source = source;
        if (ids.Count == 0) throw new InvalidDataException($"{source}: the vocabulary is empty; take the file of the model again");
        var size = 0;
        foreach (var (token, id) in ids)
        {
            if (id is < 0 or > 100_000_000) throw new InvalidDataException($"{source}: token '{token}' has the id {id}; ids count from 0");
            size = Math.Max(size, id + 1);
        }

        tokens = new string?[size];
        foreach (var (token, id) in ids)
        {
            if (tokens[id] is { } other) throw new InvalidDataException($"{source}: the tokens '{other}' and '{token}' have the same id {id}; every token needs its own");
            tokens[id] = token;
        }
    }

    public string Source { get; }

    /// <summary>One more than the largest id.</summary>
    public int Size => tokens.Length;

    public IReadOnlyDictionary<string, int> Ids => ids;

    public int? Id(string token) => ids.TryGetValue(token, out var id) ? id : null;

    public string? Token(int id) => (uint)id < (uint)tokens.Length ? tokens[id] : null;
}
