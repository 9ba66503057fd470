using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>What a model says about one text.</summary>
/// <param name="Ids">The token ids, special tokens included.</param>
/// <param name="Top">LLM: the ten largest logits at the last position.</param>
/// <param name="Cls">Encoder: the first 16 values of the first token's feature.</param>
/// <param name="Mask">Encoder: the ten largest logits in the middle (ids.length / 2) with that token masked.</param>
public sealed record TextLogits(
    IReadOnlyList<int> Ids, IReadOnlyList<(int Id, float Value)>? Top, IReadOnlyList<float>? Cls, IReadOnlyList<(int Id, float Value)>? Mask)
{
    private const int Count = 10;

    /// <summary>Runs <paramref name="model"/> on <paramref name="ids"/>.</summary>
    /// <exception cref="ArgumentException">There are no ids, too many, or one is outside the vocabulary.</exception>
    public static TextLogits Of(Transformer model, TextTokenizer? tokenizer, IReadOnlyList<int> ids)
    {
        if (ids.Count == 0) throw new ArgumentException("the text gives no tokens; give at least one");
        if (ids.FirstOrDefault(id => id < 0 || id >= model.VocabularySize, -1) is var bad && bad != -1 || ids.Contains(-1))
            throw new ArgumentException($"token {bad} is not in the model's vocabulary of {model.VocabularySize}");
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (model is CausalLanguageModel) return new TextLogits(ids, TopLogits.Of(GoldenCheck.Logits(model, ids, ids.Count - 1), Count), null, null);
        var feature = GoldenCheck.Hidden(model, ids, 0).view(-1).cpu();
        float[] cls = [.. Enumerable.Range(0, Math.Min(16, model.Width)).Select(i => feature[i].ToSingle())];
        int[] masked = [.. ids];
        masked[ids.Count / 2] = tokenizer?.Mask ?? throw new ArgumentException("the encoder's folder has no tokenizer with a mask token");
        return new TextLogits(ids, null, cls, TopLogits.Of(GoldenCheck.Logits(model, masked, ids.Count / 2), Count));
    }
}
