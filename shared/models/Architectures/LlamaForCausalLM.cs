using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MindBridge.Models;

/// <summary>
/// The Llama family (Touvron et al. 2023): RMS norms, rotary positions, grouped queries, gated feed-forward. Llama 2 and 3, Mistral
/// (sliding window) and Qwen2 (query, key and value biases) differ only in their configuration.
/// </summary>
internal sealed class LlamaForCausalLM : CausalLanguageModel
{
    private readonly Weight _words;
    private readonly Block[] _blocks;
    private readonly RmsNorm _finalNorm;
    private readonly IHead _head;
    private readonly Rotary _rotary;

    internal LlamaForCausalLM(ModelConfiguration c) : base(c)
    {
        _words = Declare("model.embed_tokens.weight", Initial.Normal, c.VocabularySize, c.Width);
        _rotary = new Rotary(RotaryFrequencies.Of(c.HeadWidth, c.RotaryBase, c.Scaling), c.HeadWidth, Pairing.Halves);
        _blocks = [.. Enumerable.Range(0, c.Layers).Select(i => new Block(this, i))];
        _finalNorm = DeclareRmsNorm("model.norm");
        _head = DeclareHead("lm_head", bias: false);
    }

    private protected override Weight Words => _words;

    private protected override Tensor Blocks(Tensor x, Batch batch)
    {
        for (var i = 0; i < _blocks.Length; i++) x = After(i, _blocks[i].Apply(x, batch));
        return _finalNorm.Apply(x);
    }

    private protected override Tensor Head(Tensor hidden) => _head.Apply(hidden);

    private RmsNorm DeclareRmsNorm(string name) => new(Declare($"{name}.weight", Initial.Ones, Width), Configuration.Epsilon);

    private sealed class Block
    {
        private readonly LlamaForCausalLM _model;
        private readonly int _index;
        private readonly Attention _attention;
        private readonly RmsNorm _attentionNorm, _innerNorm;
        private readonly Linear _queryKeyValue, _attended, _gateAndUp, _down;
        private readonly Func<Tensor, Tensor> _activation;

        internal Block(LlamaForCausalLM model, int index)
        {
            var c = model.Configuration;
            var name = $"model.layers.{index}";
            var (queries, keys) = (c.Heads * c.HeadWidth, c.KeyHeads * c.HeadWidth);
            (_model, _index) = (model, index);
            _attentionNorm = model.DeclareRmsNorm($"{name}.input_layernorm");
            _queryKeyValue = model.DeclareLinear($"{name}.self_attn.qkv_proj", c.Width, c.QueryBias,
                [($"{name}.self_attn.q_proj", queries), ($"{name}.self_attn.k_proj", keys), ($"{name}.self_attn.v_proj", keys)]);
            _attention = new Attention(index, c.Heads, c.KeyHeads, c.HeadWidth, 1 / Math.Sqrt(c.HeadWidth), model._rotary);
            _attended = model.DeclareLinear($"{name}.self_attn.o_proj", queries, c.Width, c.OutputBias);
            _innerNorm = model.DeclareRmsNorm($"{name}.post_attention_layernorm");
            _gateAndUp = model.DeclareLinear($"{name}.mlp.gate_up_proj", c.Width, c.InnerBias,
                [($"{name}.mlp.gate_proj", c.Inner), ($"{name}.mlp.up_proj", c.Inner)]);
            _down = model.DeclareLinear($"{name}.mlp.down_proj", c.Inner, c.Width, c.InnerBias);
            _activation = Activation.Named(c.Activation);
        }

        internal Tensor Apply(Tensor x, Batch batch)
        {
            using var scope = NewDisposeScope();
            var last = _index == _model.Configuration.Layers - 1;
            var attended = _attention.Apply(_queryKeyValue.Apply(_attentionNorm.Apply(x)), batch);
            (x, attended) = (batch.Choose(x, last), batch.Choose(attended, last));
            x = Add(x, _attended.Apply(attended));
            return Add(x, _down.Apply(Gate(_gateAndUp.Apply(_innerNorm.Apply(x))))).MoveToOuterDisposeScope();
        }

        private Tensor Gate(Tensor gateAndUp)
        {
            var c = _model.Configuration;
            if (c.Activation == "silu" && CpuKernels.CanReplace(gateAndUp)) return CpuKernels.GatedSilu(gateAndUp, c.Inner);
            var parts = gateAndUp.chunk(2, 1);
            return _activation(parts[0]).mul(parts[1]);
        }
    }
}
