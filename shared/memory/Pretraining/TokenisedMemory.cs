using MindBridge.Memory.Edits;
using MindBridge.Memory.FactTexts;
using MindBridge.Tokenizers;

namespace MindBridge.Memory.Pretraining;

/// <summary>
/// Everything stage I reads, tokenised once (METHOD section 6): the fact texts with the pieces of subject, relation and object known by character spans
/// (section 5, 2), the prompts alone, the out-of-scope prompts and the prefix sentences. No special tokens yet.
/// </summary>
internal sealed class TokenisedMemory
{
    public TokenisedMemory(EncoderTrainingData data, TextTokenizer tokenizer, int maxPositions)
    {
        Classify = Special(tokenizer.Cls, "[CLS]");
        Separate = Special(tokenizer.Sep, "[SEP]");
        Mask = Special(tokenizer.Mask, "[MASK]");
        FullStop = [.. tokenizer.Encode(".", special: false)];
        Longest = maxPositions;
        var room = RoomOf(maxPositions);
        Edits = [.. data.Edits.Select(e => new TokenisedEdit(e, tokenizer, room))];
        OutOfScope = [.. data.OutOfScope.Select(p => Wordings(p.Prompt, p.Wordings).Select(w => Pieces(tokenizer, w, room)).ToArray())];
        HardOf = HardNegatives(data);
        Prefixes = new PrefixSentences(data.Prefixes, tokenizer);
    }

    public int Classify { get; }

    public int Separate { get; }

    public int Mask { get; }

    public int[] FullStop { get; }

    /// <summary>Positions the encoder has.</summary>
    public int Longest { get; }

    public IReadOnlyList<TokenisedEdit> Edits { get; }

    /// <summary>By prompt, by wording: pieces.</summary>
    public IReadOnlyList<int[][]> OutOfScope { get; }

    /// <summary>By edit: which out-of-scope prompts ask another thing about its subject.</summary>
    public IReadOnlyList<int[]> HardOf { get; }

    public PrefixSentences Prefixes { get; }

    /// <summary>Pieces a prompt with its object may have: room for [MEM] [CLS] .. [MASK] . [SEP] around them is taken off.</summary>
    internal static int RoomOf(int maxPositions) => maxPositions - 8;

    internal static IEnumerable<string> Wordings(string prompt, IReadOnlyList<string> others) => others.Where(w => w != prompt).Distinct().Prepend(prompt);

    internal static int[] Pieces(TextTokenizer tokenizer, string text, int room)
    {
        var pieces = tokenizer.Encode(text, special: false);
        return [.. pieces.Count <= room ? pieces : pieces.Skip(pieces.Count - room)];
    }

    private static int[][] HardNegatives(EncoderTrainingData data)
    {
        var of = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < data.OutOfScope.Count; i++)
        {
            if (data.OutOfScope[i].EditId is not { } id) continue;
            if (!of.TryGetValue(id, out var list)) of[id] = list = [];
            list.Add(i);
        }

        return [.. data.Edits.Select(e => of.TryGetValue(e.Id, out var list) ? list.ToArray() : [])];
    }

    private static int Special(int? id, string name) =>
        id ?? throw new InvalidDataException($"the base encoder's tokenizer has no {name} token; give a base model of the BERT family (BERT, DistilBERT)");
}

/// <summary>One edit in pieces: its fact text and its prompt, in each of its wordings, and its object.</summary>
internal sealed class TokenisedEdit
{
    public TokenisedEdit(Edit edit, TextTokenizer tokenizer, int room)
    {
        if (string.IsNullOrWhiteSpace(edit.Object)) throw new InvalidDataException($"edit {edit.Id}: object is empty; give a non-blank \"object\"");
        Object = [.. tokenizer.Encode(edit.Object, special: false)];
        if (Object.Length == 0 || Object.Length > room / 2)
            throw new InvalidDataException($"edit {edit.Id}: the object \"{edit.Object}\" is {Object.Length} pieces long; it must be 1 to {room / 2}");
        var wordings = TokenisedMemory.Wordings(edit.Prompt, edit.Wordings).ToArray();
        Prompts = [.. wordings.Select(w => TokenisedMemory.Pieces(tokenizer, w, room - Object.Length))];
        Facts = [.. wordings.Select(w => MaskableFact.Of(edit, w, tokenizer)).Where(f => f.Ids.Length <= room)];
        if (Facts.Length == 0) throw new InvalidDataException($"edit {edit.Id}: its prompt and object are longer than the encoder's {room} positions; shorten the prompt");
    }

    public int[][] Prompts { get; }

    public MaskableFact[] Facts { get; }

    public int[] Object { get; }
}

/// <summary>A fact text in pieces, and which of them are subject, relation and object.</summary>
internal sealed record MaskableFact(int[] Ids, int[] Words, int[] Subject, int[] Relation, int[] Object)
{
    public static MaskableFact Of(Edit edit, string prompt, TextTokenizer tokenizer)
    {
        var fact = FactText.Of(edit, prompt);
        var pieces = tokenizer.EncodeWithSpans(fact.Text);
        var (subject, relation, obj) = (new List<int>(), new List<int>(), new List<int>());
        for (var i = 0; i < pieces.Count; i++)
        {
            var (_, start, end, _) = pieces[i];
            if (fact.Object.Touches(start, end)) obj.Add(i);
            else if (fact.Subject is { } named && named.Touches(start, end)) subject.Add(i);
            else if (fact.Prompt.Touches(start, end)) relation.Add(i);
        }

        return new MaskableFact([.. pieces.Select(p => p.Id)], [.. pieces.Select(p => p.Word)], [.. subject], [.. relation], [.. obj]);
    }
}
