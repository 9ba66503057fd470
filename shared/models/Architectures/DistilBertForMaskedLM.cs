using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>DistilBERT (Sanh et al. 2019) with its masked-language-model head: BERT's blocks without segments.</summary>
internal sealed class DistilBertForMaskedLM : MaskedLanguageModel
{
    private readonly Weight _words, _positions;
    private readonly LayerNorm _embeddingNorm;
    private readonly Block[] _blocks;
    private readonly Linear _transform;
    private readonly LayerNorm _transformNorm;
    private readonly IHead _projector;
    private readonly Func<Tensor, Tensor> _activation;

    internal DistilBertForMaskedLM(ModelConfiguration c) : base(c)
    {
        _words = Declare("distilbert.embeddings.word_embeddings.weight", Initial.Normal, c.VocabularySize, c.Width);
        _positions = Declare("distilbert.embeddings.position_embeddings.weight", Initial.Normal, c.MaxPositions, c.Width);
        _embeddingNorm = DeclareLayerNorm("distilbert.embeddings.LayerNorm");
        _blocks = [.. Enumerable.Range(0, c.Layers).Select(i => new Block(this, i))];
        _transform = DeclareLinear("vocab_transform", c.Width, c.Width);
        _transformNorm = DeclareLayerNorm("vocab_layer_norm");
        _projector = DeclareHead("vocab_projector", bias: true);
        _activation = Activation.Named(c.Activation);
    }

    private protected override Weight Words => _words;

    private protected override Tensor Blocks(Tensor x, Batch batch)
    {
        x = Drop(_embeddingNorm.Apply(AddPositions(x, batch)));
        foreach (var block in _blocks) x = block.Apply(x, batch);
        return x;
    }

    private Tensor AddPositions(Tensor x, Batch batch)
    {
        var table = _positions.As(ScalarType.Float32);
        if (batch.Positions is { } positions) return x.add(table.index_select(0, positions));
        return x.view(batch.Rows, batch.Length, Width).add(table.narrow(0, 0, batch.Length)).view(-1, Width);
    }

    private protected override Tensor Head(Tensor hidden)
    {
        var transformed = _activation(_transform.Apply(hidden));
        if (transformed.dtype != ScalarType.Float32) transformed = transformed.to_type(ScalarType.Float32);
        return _projector.Apply(_transformNorm.Apply(transformed));
    }

    private sealed class Block
    {
        private readonly DistilBertForMaskedLM _model;
        private readonly int _index;
        private readonly Linear _queryKeyValue, _attended, _inner, _outer;
        private readonly Attention _attention;
        private readonly LayerNorm _attentionNorm, _outputNorm;

        internal Block(DistilBertForMaskedLM model, int index)
        {
            var c = model.Configuration;
            var name = $"distilbert.transformer.layer.{index}";
            (_model, _index) = (model, index);
            _queryKeyValue = model.DeclareLinear($"{name}.attention.qkv_lin", c.Width, bias: true,
                [($"{name}.attention.q_lin", c.Width), ($"{name}.attention.k_lin", c.Width), ($"{name}.attention.v_lin", c.Width)]);
            _attention = new Attention(index, c.Heads, c.Heads, c.HeadWidth, 1 / Math.Sqrt(c.HeadWidth));
            _attended = model.DeclareLinear($"{name}.attention.out_lin", c.Width, c.Width);
            _attentionNorm = model.DeclareLayerNorm($"{name}.sa_layer_norm");
            _inner = model.DeclareLinear($"{name}.ffn.lin1", c.Width, c.Inner);
            _outer = model.DeclareLinear($"{name}.ffn.lin2", c.Inner, c.Width);
            _outputNorm = model.DeclareLayerNorm($"{name}.output_layer_norm");
        }

        internal Tensor Apply(Tensor x, Batch batch)
        {
            using var scope = NewDisposeScope();
            var last = _index == _model.Configuration.Layers - 1;
            var attended = _attention.Apply(_queryKeyValue.Apply(x), batch);
            (x, attended) = (batch.Choose(x, last), batch.Choose(attended, last));
            x = _model.AddAndNorm(x, _attended.Apply(attended), _attentionNorm);
            var inner = _model._activation(_inner.Apply(x));
            return _model.AddAndNorm(x, _outer.Apply(inner), _outputNorm).MoveToOuterDisposeScope();
        }
    }
}
