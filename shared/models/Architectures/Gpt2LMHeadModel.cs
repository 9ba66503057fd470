using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>GPT-2 (Radford et al. 2019): pre-norm blocks, learned positions. Files hold its linear weights as [in, out].</summary>
internal sealed class Gpt2LMHeadModel : CausalLanguageModel
{
    private readonly Weight _words, _positions;
    private readonly Block[] _blocks;
    private readonly LayerNorm _finalNorm;
    private readonly IHead _head;

    internal Gpt2LMHeadModel(ModelConfiguration c) : base(c)
    {
        _words = Declare("transformer.wte.weight", Initial.Normal, c.VocabularySize, c.Width);
        _positions = Declare("transformer.wpe.weight", Initial.Normal, c.MaxPositions, c.Width);
        _blocks = [.. Enumerable.Range(0, c.Layers).Select(i => new Block(this, i))];
        _finalNorm = DeclareLayerNorm("transformer.ln_f");
        _head = DeclareHead("lm_head", bias: false);
    }

    private protected override Weight Words => _words;

    private protected override Tensor Blocks(Tensor x, Batch batch)
    {
        var table = _positions.As(ScalarType.Float32);
        x = batch.Positions is { } positions
            ? x.add(table.index_select(0, positions))
            : x.view(batch.Rows, batch.Length, Width).add(table.narrow(0, batch.Past, batch.Length)).view(-1, Width);
        x = Drop(x);
        for (var i = 0; i < _blocks.Length; i++) x = After(i, _blocks[i].Apply(x, batch));
        return _finalNorm.Apply(x);
    }

    private protected override Tensor Head(Tensor hidden) => _head.Apply(hidden);

    private sealed class Block
    {
        private readonly Gpt2LMHeadModel _model;
        private readonly int _index;
        private readonly Attention _attention;
        private readonly LayerNorm _attentionNorm, _innerNorm;
        private readonly Linear _queryKeyValue, _attended, _inner, _outer;
        private readonly Func<Tensor, Tensor> _activation;

        internal Block(Gpt2LMHeadModel model, int index)
        {
            var c = model.Configuration;
            var name = $"transformer.h.{index}";
            (_model, _index) = (model, index);
            var scale = (c.ScaleAttention ? 1 / Math.Sqrt(c.HeadWidth) : 1) / (c.ScaleByLayer ? index + 1 : 1);
            _attentionNorm = model.DeclareLayerNorm($"{name}.ln_1");
            _queryKeyValue = model.DeclareLinear($"{name}.attn.c_attn", c.Width, 3 * c.Width, layout: Layout.PublishedMatrix);
            _attention = new Attention(index, c.Heads, c.Heads, c.HeadWidth, scale);
            _attended = model.DeclareLinear($"{name}.attn.c_proj", c.Width, c.Width, initial: Initial.Residual, layout: Layout.PublishedMatrix);
            _innerNorm = model.DeclareLayerNorm($"{name}.ln_2");
            _inner = model.DeclareLinear($"{name}.mlp.c_fc", c.Width, c.Inner, layout: Layout.PublishedMatrix);
            _outer = model.DeclareLinear($"{name}.mlp.c_proj", c.Inner, c.Width, initial: Initial.Residual, layout: Layout.PublishedMatrix);
            _activation = Activation.Named(c.Activation);
        }

        internal Tensor Apply(Tensor x, Batch batch)
        {
            using var scope = NewDisposeScope();
            var last = _index == _model.Configuration.Layers - 1;
            var attended = _attention.Apply(_queryKeyValue.Apply(_attentionNorm.Apply(x)), batch);
            (x, attended) = (batch.Choose(x, last), batch.Choose(attended, last));
            x = Add(x, _model.Drop(_attended.Apply(attended)));
            var inner = _activation(_inner.Apply(_innerNorm.Apply(x)));
            return Add(x, _model.Drop(_outer.Apply(inner))).MoveToOuterDisposeScope();
        }
    }
}
