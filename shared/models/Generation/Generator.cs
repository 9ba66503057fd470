using System.Runtime.InteropServices;
using System.Text;
using MindBridge.Tokenizers;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// Continues texts with an LLM: the prompts run through it once, then one token a step for all rows, with keys and values kept. The
/// prompt is always given to the model as embeddings, so soft prompts need no path of their own.
/// </summary>
public sealed class Generator
{
    private readonly CausalLanguageModel _model;
    private readonly GenerationSettings _settings;
    private readonly List<Row> _rows;

    private Generator(CausalLanguageModel model, GenerationSettings settings, IEnumerable<Row> rows) =>
        (_model, _settings, _rows) = (model, settings, [.. rows]);

    /// <summary>Continues prompts given as embeddings.</summary>
    /// <param name="model">The LLM.</param>
    /// <param name="prompts">One [length, width] tensor a row: the embeddings of the whole prompt, soft tokens included.</param>
    /// <param name="settings">See <see cref="GenerationSettings"/>.</param>
    /// <param name="cancellation">Checked at each token.</param>
    /// <returns>The new token ids of each row.</returns>
    /// <exception cref="ArgumentException">A setting is out of range, or a prompt is empty or too long.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Generate(
        CausalLanguageModel model, IReadOnlyList<Tensor> prompts, GenerationSettings settings, CancellationToken cancellation = default) =>
        [.. Continue(model, prompts, settings, null, null, null, cancellation).Select(c => c.Tokens)];

    /// <summary>Continues prompts given as token ids. See <see cref="Generate(CausalLanguageModel, IReadOnlyList{Tensor}, GenerationSettings, CancellationToken)"/>.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Generate(
        CausalLanguageModel model, IReadOnlyList<IReadOnlyList<int>> prompts, GenerationSettings settings, CancellationToken cancellation = default) =>
        [.. Continue(model, prompts, settings, null, null, cancellation).Select(c => c.Tokens)];

    /// <summary>Continues prompts given as token ids; with a tokenizer, stop texts work and the text is returned too.</summary>
    /// <param name="model">The LLM.</param>
    /// <param name="prompts">Token ids, one list a row.</param>
    /// <param name="settings">See <see cref="GenerationSettings"/>.</param>
    /// <param name="tokenizer">The LLM's own.</param>
    /// <param name="onToken">Told each new token: row, id. End tokens are not told.</param>
    /// <param name="cancellation">Checked at each token.</param>
    public static IReadOnlyList<Continuation> Continue(
        CausalLanguageModel model, IReadOnlyList<IReadOnlyList<int>> prompts, GenerationSettings settings, TextTokenizer? tokenizer,
        Action<int, int>? onToken = null, CancellationToken cancellation = default)
    {
        foreach (var prompt in prompts)
        {
            if (prompt.Count > model.MaxPositions) throw new ArgumentException($"a prompt has {prompt.Count} tokens, but this {model.Family} model takes at most {model.MaxPositions}; shorten it");
            if (prompt.FirstOrDefault(id => id < 0 || id >= model.VocabularySize, -1) is not -1 and var bad)
                throw new ArgumentException($"token {bad} is not in the model's vocabulary of {model.VocabularySize}; the tokenizer belongs to another model");
        }
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor[] embeddings = [.. prompts.Select(p => model.Embed(tensor(p.Select(id => (long)id).ToArray(), device: model.Device)))];
        return Continue(model, embeddings, settings, tokenizer, prompts, onToken, cancellation);
    }

    /// <summary>Continues prompts given as embeddings; <paramref name="ids"/>, where known, are what the repetition penalty counts.</summary>
    public static IReadOnlyList<Continuation> Continue(
        CausalLanguageModel model, IReadOnlyList<Tensor> prompts, GenerationSettings settings, TextTokenizer? tokenizer,
        IReadOnlyList<IReadOnlyList<int>>? ids, Action<int, int>? onToken = null, CancellationToken cancellation = default)
    {
        settings.Check();
        if (settings.StopTexts.Count > 0 && tokenizer is null) throw new ArgumentException("stop texts need the model's tokenizer");
        if (prompts.Count == 0) return [];
        var rows = prompts.Select((p, i) => new Row(i, (int)p.shape[0], settings, ids?[i] ?? [], tokenizer)).ToList();
        if (rows.FirstOrDefault(r => r.Length == 0) is { } empty) throw new ArgumentException($"prompt {empty.Index} is empty; give at least one token");
        var generator = new Generator(model, settings, rows);
        if (settings.MaxTokens > 0) generator.Run(prompts, onToken, cancellation);
        return [.. rows.Select(r => r.Finish())];
    }

    private void Run(IReadOnlyList<Tensor> prompts, Action<int, int>? onToken, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var training = _model.training;
        if (training) _model.eval();
        try
        {
            var length = _rows.Max(r => r.Length);
            var steps = Math.Min(_settings.MaxTokens, _model.MaxPositions - length + 1);
            if (steps <= 0) throw new ArgumentException($"a prompt has {length} tokens, but this {_model.Family} model takes at most {_model.MaxPositions}; shorten it");
            using var cache = _model.NewCache(_rows.Count, length + steps - 1);
            var hidden = Prompt(prompts, length, cache);
            var ends = new HashSet<int>(_settings.StopAtEnd ? _model.EndTokens.Concat(_settings.StopTokens) : _settings.StopTokens);
            using var next = empty([_rows.Count, 1], dtype: ScalarType.Int64);
            for (var step = 0; ; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                Choose(_model.Logits(hidden), MemoryMarshal.Cast<byte, long>(next.bytes), ends, onToken);
                if (step + 1 >= steps || _rows.TrueForAll(r => r.Done)) break;
                var ids = _model.Device.type == TorchSharp.DeviceType.CPU ? next : next.to(_model.Device);
                var following = _model.Hidden(_model.Embed(ids), cache: cache).view(-1, _model.Width);
                hidden.Dispose();
                hidden = following.MoveToOuterDisposeScope();
            }
        }
        finally
        {
            if (training) _model.train();
        }
    }

    // Runs the prompts as one padded batch; [rows, width] of each row's last token.
    private Tensor Prompt(IReadOnlyList<Tensor> prompts, int length, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        var left = _settings.Padding == PaddingSide.Left;
        var device = _model.Device;
        if (_rows.TrueForAll(r => r.Length == length))
        {
            var last = arange(1, _rows.Count + 1, dtype: ScalarType.Int64, device: device).mul(length).sub(1);
            return _model.Hidden(stack(prompts, 0), null, cache, last).MoveToOuterDisposeScope();
        }
        var padded = zeros([_rows.Count, length, _model.Width], dtype: ScalarType.Float32, device: device);
        var mask = zeros([_rows.Count, length], dtype: ScalarType.Bool, device: device);
        foreach (var row in _rows)
        {
            var start = left ? length - row.Length : 0;
            padded.select(0, row.Index).narrow(0, start, row.Length).copy_(prompts[row.Index]);
            mask.select(0, row.Index).narrow(0, start, row.Length).fill_(true);
        }
        var at = tensor(_rows.Select(r => (long)r.Index * length + (left ? length : r.Length) - 1).ToArray(), device: device);
        return _model.Hidden(padded, mask, cache, at).MoveToOuterDisposeScope();
    }

    private void Choose(Tensor logits, Span<long> next, HashSet<int> ends, Action<int, int>? onToken)
    {
        if (TokenChoice.IsPlain(_settings))
        {
            using var largest = logits.argmax(1);
            using var here = largest.cpu();
            MemoryMarshal.Cast<byte, long>(here.bytes).CopyTo(next);
        }
        else
        {
            using var here = logits.cpu();
            var values = MemoryMarshal.Cast<byte, float>(here.bytes);
            foreach (var row in _rows)
                if (!row.Done) next[row.Index] = row.Choice.Next(values.Slice(row.Index * _model.VocabularySize, _model.VocabularySize));
        }
        foreach (var row in _rows)
        {
            if (row.Done) continue;
            var token = (int)next[row.Index];
            if (ends.Contains(token)) row.End(FinishReason.EndToken);
            else
            {
                onToken?.Invoke(row.Index, token);
                row.Take(token);
            }
        }
    }

    // One text in the making.
    private sealed class Row(int index, int length, GenerationSettings settings, IReadOnlyList<int> prompt, TextTokenizer? tokenizer)
    {
        private readonly List<int> _tokens = [];
        private readonly StringBuilder _text = new();
        private readonly StreamingDecoder? _stream = settings.StopTexts.Count > 0 ? tokenizer!.NewStream() : null;
        private FinishReason _reason = FinishReason.Length;
        private int _cut = -1;

        public int Index => index;

        public int Length => length;

        public bool Done { get; private set; }

        public TokenChoice Choice { get; } = new(settings, prompt);

        public void End(FinishReason reason) => (Done, _reason) = (true, reason);

        public void Take(int token)
        {
            _tokens.Add(token);
            if (_stream is null) return;
            var before = _text.Length;
            _text.Append(_stream.Append(token));
            if (_text.Length == before) return;
            // A stop text may have begun in an earlier token.
            var longest = settings.StopTexts.Max(s => s.Length);
            var from = Math.Max(0, before - longest + 1);
            var recent = _text.ToString(from, _text.Length - from);
            var found = settings.StopTexts.Select(s => recent.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
            if (found < 0) return;
            _cut = from + found;
            End(FinishReason.StopText);
        }

        public Continuation Finish()
        {
            if (tokenizer is null) return new Continuation(_tokens, null, _reason);
            if (_cut < 0) return new Continuation(_tokens, Decode(_tokens.Count), _reason);
            // The tokens that make up the kept text; one that reaches into the stop text is dropped, its kept characters stay in the text.
            var count = _tokens.Count;
            while (count > 0 && Decode(count).Length > _cut) count--;
            return new Continuation(_tokens.GetRange(0, count), _text.ToString(0, _cut), _reason);
        }

        private string Decode(int count)
        {
            var stream = tokenizer!.NewStream();
            var text = new StringBuilder();
            foreach (var token in CollectionsMarshal.AsSpan(_tokens)[..count]) text.Append(stream.Append(token));
            return text.Append(stream.Flush()).ToString();
        }
    }
}
