using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Serving;

namespace MindBridge.Memory.Bridging;

/// <summary>
/// Every prompt stage II will read, drawn and tokenised once, in passes (variants) with their own prefixes and wordings; the first pass is the plain prompts.
/// An item is one prompt of one pass: edits first, pass by pass, then out-of-scope prompts, pass by pass.
/// </summary>
internal sealed class BridgeTexts
{
    private const int PrefixGroup = 16;

    // The full stop, and what follows it.
    private const int ClosingTokens = 2;

    private readonly string[] prompts;
    private readonly int[][] ids;
    private readonly int[][] targets;
    private readonly bool[] stopped;

    public BridgeTexts(BridgeTrainingData data, BridgeTrainingSettings settings, IReadOnlyList<MemoryEncoder> encoders, Llm llm, CancellationToken cancellationToken)
    {
        (Edits, OutOfScope) = (data.Edits.Count, settings.Locality > 0 ? data.OutOfScope.Count : 0);
        (EditVariants, OutOfScopeVariants) = (settings.Variants, OutOfScope == 0 ? 0 : settings.OutOfScopeVariants);
        (prompts, ids, targets) = (new string[Count], new int[Count][], new int[Edits * EditVariants][]);
        // An object that closes its own sentence ("Washington, D.C.") needs no second full stop.
        stopped = [.. data.Edits.Select(e => settings.Stop && e.Object.TrimEnd() is [.., not ('.' or '!' or '?')])];
        var prefixes = new PrefixSentences(data.Prefixes, encoders[0].Tokenizer);
        var limit = llm.Model.MaxPositions - (settings.SoftTokens * encoders.Count);
        for (var item = 0; item < Count; item++)
        {
            var (variant, index) = Place(item);
            var edit = item < Edits * EditVariants ? data.Edits[index] : null;
            var (plain, others) = edit is not null ? (edit.Prompt, edit.Wordings) : (data.OutOfScope[index].Prompt, data.OutOfScope[index].Wordings);
            // One bucket of prefixes for a group of neighbours keeps the lengths of a batch together.
            var kind = edit is not null ? "bridge-edits" : "bridge-out-of-scope";
            var draw = prefixes.Draw(RandomStream.For(settings.Seed, kind + "-prefix", ((long)variant << 32) + (index / PrefixGroup)), variant == 0 ? 0 : settings.PrefixShare);
            var random = RandomStream.For(settings.Seed, kind, ((long)variant << 32) + index);
            var prompt = variant > 0 && others.Count > 0 && random.Chance(settings.WordingShare) ? random.Pick(others) : plain;
            var prefix = draw.Next(random).Text;
            if (!Take(item, prefix.Length == 0 ? prompt : prefix + " " + prompt, edit, llm, limit) && !Take(item, prompt, edit, llm, limit))
                throw new ArgumentException($"{(edit is null ? "an out-of-scope prompt" : $"edit {edit.Id}")} takes more tokens than {llm.Name} holds ({llm.Model.MaxPositions}); shorten it: \"{Short(prompt)}\"");
        }

        Close(llm, cancellationToken);
    }

    public int Edits { get; }

    public int OutOfScope { get; }

    public int EditVariants { get; }

    public int OutOfScopeVariants { get; }

    /// <summary>Number of items.</summary>
    public int Count => FirstOutOfScope + (OutOfScopeVariants * OutOfScope);

    /// <summary>Number of the first out-of-scope item.</summary>
    public int FirstOutOfScope => EditVariants * Edits;

    /// <summary>By item: the prompt the encoders read.</summary>
    public IReadOnlyList<string> Prompts => prompts;

    /// <summary>By item: the LLM's ids of the prompt.</summary>
    public IReadOnlyList<int[]> Ids => ids;

    public int Edit(int variant, int edit) => (variant * Edits) + edit;

    public int Negative(int variant, int prompt) => FirstOutOfScope + (variant * OutOfScope) + prompt;

    /// <summary>The LLM's ids that continue an edit's item: its object and, where that is trained, the full stop and the token that the unedited LLM goes on with.</summary>
    public int[] Target(int item) => targets[item];

    /// <summary>How many tokens of an edit's target close the sentence behind its object.</summary>
    public int Closing(int item) => Stops(item) ? ClosingTokens : 0;

    private bool Stops(int item) => stopped[item % Edits];

    private (int Variant, int Index) Place(int item) =>
        item < FirstOutOfScope ? Math.DivRem(item, Edits) : Math.DivRem(item - FirstOutOfScope, OutOfScope);

    private bool Take(int item, string text, Edit? edit, Llm llm, int limit)
    {
        prompts[item] = text;
        ids[item] = [.. llm.Encode(text)];
        if (ids[item].Length == 0) throw new ArgumentException($"the prompt \"{Short(text)}\" has no tokens for {llm.Name}; give at least one word");
        if (edit is null) return ids[item].Length <= limit;
        targets[item] = llm.EncodeAnswer(text, Stops(item) ? edit.Object + "." : edit.Object);
        return ids[item].Length + targets[item].Length <= limit;
    }

    // Nothing but the full stop in the loss would leave open what the LLM says next, under a soft prompt that still speaks: "violin.C" is no answer. So it goes on as it would by itself.
    private void Close(Llm llm, CancellationToken cancellationToken)
    {
        int[] edits = [.. Enumerable.Range(0, Edits).Where(Stops)];
        var next = NextTokens.Of(llm, [.. edits.Select(e => (int[])[.. ids[e], .. targets[e]])], cancellationToken);
        foreach (var (edit, token) in edits.Zip(next))
            for (var variant = 0; variant < EditVariants; variant++) targets[Edit(variant, edit)] = [.. targets[Edit(variant, edit)], token];
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
