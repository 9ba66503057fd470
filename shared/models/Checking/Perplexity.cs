using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>How surprised an LLM is by a text.</summary>
/// <param name="Tokens">Tokens that were predicted.</param>
/// <param name="Words">Whitespace-separated words of the text.</param>
/// <param name="NegativeLogLikelihood">Sum over the tokens, in nats.</param>
public sealed record Perplexity(long Tokens, long Words, double NegativeLogLikelihood)
{
    /// <summary>exp of the mean over tokens; comparable only between models with one tokenizer.</summary>
    public double PerToken => Math.Exp(NegativeLogLikelihood / Tokens);

    /// <summary>exp of the mean over words; comparable between tokenizers.</summary>
    public double PerWord => Math.Exp(NegativeLogLikelihood / Math.Max(1, Words));

    /// <summary>
    /// Reads the text in windows of <paramref name="window"/> tokens without overlap, each after a begin token (or end token, for models
    /// without one), and adds up how likely every token was.
    /// </summary>
    /// <param name="model">The LLM.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="text">Any length.</param>
    /// <param name="window">Tokens seen at once, the first included.</param>
    /// <param name="progress">Told the tokens done and in all.</param>
    /// <param name="cancellation">Checked at each batch.</param>
    public static Perplexity Of(
        CausalLanguageModel model, TextTokenizer tokenizer, string text, int window = 256, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        const int RowsAtOnce = 8;
        var begin = tokenizer.Bos ?? tokenizer.Eos ?? (model.EndTokens.Count > 0 ? model.EndTokens[0] : throw new ArgumentException("the model has neither a begin nor an end token to start windows with"));
        var ids = tokenizer.Encode(text, special: false);
        if (ids.Count == 0) throw new ArgumentException("the text gives no tokens; give at least one word");
        var length = Math.Min(window, model.MaxPositions) - 1;
        if (length < 1) throw new ArgumentException($"a window of {window} tokens leaves nothing to predict; give at least 2");
        var windows = Enumerable.Range(0, (ids.Count + length - 1) / length).Select(i => ids.Skip(i * length).Take(length).ToArray()).ToArray();
        double sum = 0;
        long done = 0;
        using var _ = no_grad();
        // The last window is shorter and goes alone, so that nothing is padded.
        foreach (var rows in windows.GroupBy(w => w.Length).SelectMany(g => g.Chunk(RowsAtOnce)))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var targets = tensor(rows.SelectMany(r => r).Select(i => (long)i).ToArray(), device: model.Device).view(rows.Length, -1);
            var first = full([rows.Length, 1], begin, dtype: ScalarType.Int64, device: model.Device);
            var inputs = cat([first, targets.narrow(1, 0, targets.shape[1] - 1)], 1);
            var logits = model.Logits(model.Hidden(model.Embed(inputs)));
            var likelihood = logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1));
            sum -= likelihood.sum(ScalarType.Float64).ToDouble();
            done += targets.numel();
            progress?.Invoke(done, ids.Count);
        }
        return new Perplexity(done, text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).LongLength, sum);
    }
}
