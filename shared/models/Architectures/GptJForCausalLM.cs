using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>
/// GPT-J (Wang &amp; Komatsuzaki 2021): attention and feed-forward read the same norm and are added together; the first values of each
/// head rotate, neighbour with neighbour; the head has a bias.
/// </summary>
internal sealed class GptJForCausalLM : CausalLanguageModel
{
    private readonly Weight _words;
    private readonly Block[] _blocks;
    private readonly LayerNorm _finalNorm;
    private readonly IHead _head;
    private readonly Rotary _rotary;

    internal GptJForCausalLM(ModelConfiguration c) : base(c)
    {
        _words = Declare("transformer.wte.weight", Initial.Normal, c.VocabularySize, c.Width);
        _rotary = new Rotary(RotaryFrequencies.Of(c.RotaryWidth, c.RotaryBase, null), c.HeadWidth, Pairing.Neighbours);
        _blocks = [.. Enumerable.Range(0, c.Layers).Select(i => new Block(this, i))];
        _finalNorm = DeclareLayerNorm("transformer.ln_f");
        _head = DeclareHead("lm_head", bias: true);
    }

    private protected override Weight Words => _words;

    private protected override Tensor Blocks(Tensor x, Batch batch)
    {
        x = Drop(x);
        for (var i = 0; i < _blocks.Length; i++) x = After(i, _blocks[i].Apply(x, batch));
        return _finalNorm.Apply(x);
    }

    private protected override Tensor Head(Tensor hidden) => _head.Apply(hidden);

    private sealed class Block
    {
        private readonly GptJForCausalLM _model;
        private readonly int _index;
        private readonly Attention _attention;
        private readonly LayerNorm _norm;
        private readonly Linear _queryKeyValue, _attended, _inner, _outer;
        private readonly Func<Tensor, Tensor> _activation;

        internal Block(GptJForCausalLM model, int index)
        {
            var c = model.Configuration;
            var name = $"transformer.h.{index}";
            (_model, _index) = (model, index);
            _norm = model.DeclareLayerNorm($"{name}.ln_1");
            _queryKeyValue = model.DeclareLinear($"{name}.attn.qkv_proj", c.Width, bias: false,
                [($"{name}.attn.q_proj", c.Width), ($"{name}.attn.k_proj", c.Width), ($"{name}.attn.v_proj", c.Width)]);
            _attention = new Attention(index, c.Heads, c.Heads, c.HeadWidth, 1 / Math.Sqrt(c.HeadWidth), model._rotary);
            _attended = model.DeclareLinear($"{name}.attn.out_proj", c.Width, c.Width, bias: false);
            _inner = model.DeclareLinear($"{name}.mlp.fc_in", c.Width, c.Inner);
            _outer = model.DeclareLinear($"{name}.mlp.fc_out", c.Inner, c.Width);
            _activation = Activation.Named(c.Activation);
        }

        internal Tensor Apply(Tensor x, Batch batch)
        {
            using var scope = NewDisposeScope();
            var last = _index == _model.Configuration.Layers - 1;
            var normal = _norm.Apply(x);
            var attended = _attention.Apply(_queryKeyValue.Apply(normal), batch);
            (x, attended, normal) = (batch.Choose(x, last), batch.Choose(attended, last), batch.Choose(normal, last));
            var inner = _model.Drop(_outer.Apply(_activation(_inner.Apply(normal))));
            return Add(Add(x, _model.Drop(_attended.Apply(attended))), inner).MoveToOuterDisposeScope();
        }
    }
}
