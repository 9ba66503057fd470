using MindBridge.Memory.Serving;
using TorchSharp;

namespace MindBridge.Inference.PreparingPrompts;

/// <summary>What the LLM receives for a prompt, in plain memory: it may be kept, and used by several requests.</summary>
/// <param name="Ids">Token ids of the prompt, special tokens included.</param>
/// <param name="Soft">The soft prompt's values, row by row; empty when nothing is added.</param>
/// <param name="SoftTokens">Its rows.</param>
/// <param name="SoftAt">Number of ids that stand before it.</param>
/// <param name="Decision">Why it is so; null where no memory was asked.</param>
internal sealed record PreparedPrompt(IReadOnlyList<int> Ids, float[] Soft, int SoftTokens, int SoftAt, Decision? Decision)
{
    /// <summary>Whether the memory speaks.</summary>
    public bool IsEdited => SoftTokens > 0;

    /// <summary>Soft tokens and prompt tokens.</summary>
    public int Length => Ids.Count + SoftTokens;

    /// <summary>The prompt as the unedited LLM receives it.</summary>
    public static PreparedPrompt Unedited(Llm llm, string prompt) => new(llm.Encode(prompt), [], 0, 0, null);

    /// <summary>Copies a request; its tensor stays the caller's.</summary>
    public static PreparedPrompt Of(Request request)
    {
        if (request.SoftPrompt is not { } soft) return new PreparedPrompt(request.Ids, [], 0, 0, request.Decision);
        using var here = soft.to(torch.float32).cpu();
        return new PreparedPrompt(request.Ids, here.data<float>().ToArray(), request.SoftTokens, request.SoftAt, request.Decision);
    }

    /// <summary>The same for a caller's own tokens, in the place of those that the LLM's tokenizer makes of their text.</summary>
    public PreparedPrompt With(IReadOnlyList<int> ids) => this with { Ids = ids, SoftAt = SoftAt == Ids.Count ? ids.Count : SoftAt > 0 && ids[0] == Ids[0] ? SoftAt : 0 };

    /// <summary>Which of <see cref="Ids"/> follows a row of what the LLM reads; null where none does.</summary>
    public int? IdAfter(int row) => row + 1 < SoftAt ? row + 1 : row + 1 >= SoftAt + SoftTokens && row + 1 < Length ? row + 1 - SoftTokens : null;

    /// <summary>[length, width]: the embeddings that the LLM reads.</summary>
    public torch.Tensor Embed(Llm llm)
    {
        using var scope = torch.NewDisposeScope();
        var words = llm.Model.Embed(torch.tensor(Ids.Select(id => (long)id).ToArray()));
        if (!IsEdited) return words.MoveToOuterDisposeScope();
        var soft = torch.tensor(Soft).view(SoftTokens, -1);
        var parts = new List<torch.Tensor>();
        if (SoftAt > 0) parts.Add(words.narrow(0, 0, SoftAt));
        parts.Add(soft);
        if (SoftAt < Ids.Count) parts.Add(words.narrow(0, SoftAt, Ids.Count - SoftAt));
        return torch.cat(parts, 0).MoveToOuterDisposeScope();
    }
}
