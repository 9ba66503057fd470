using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>BERT (Devlin et al. 2019) with its masked-language-model head: post-norm blocks, learned positions, one segment.</summary>
internal sealed class BertForMaskedLM : MaskedLanguageModel
{
    private readonly Weight _words, _positions, _segments;
    private readonly LayerNorm _embeddingNorm;
    private readonly Block[] _blocks;
    private readonly Linear _transform;
    private readonly LayerNorm _transformNorm;
    private readonly IHead _decoder;
    private readonly Func<Tensor, Tensor> _activation;

    internal BertForMaskedLM(ModelConfiguration c) : base(c)
    {
        _words = Declare("bert.embeddings.word_embeddings.weight", Initial.Normal, c.VocabularySize, c.Width);
        _positions = Declare("bert.embeddings.position_embeddings.weight", Initial.Normal, c.MaxPositions, c.Width);
        _segments = Declare("bert.embeddings.token_type_embeddings.weight", Initial.Normal, c.Segments, c.Width);
        _embeddingNorm = DeclareLayerNorm("bert.embeddings.LayerNorm");
        _blocks = [.. Enumerable.Range(0, c.Layers).Select(i => new Block(this, i))];
        _transform = DeclareLinear("cls.predictions.transform.dense", c.Width, c.Width);
        _transformNorm = DeclareLayerNorm("cls.predictions.transform.LayerNorm");
        _decoder = DeclareHead("cls.predictions.decoder", bias: true, "cls.predictions.bias");
        _activation = Activation.Named(c.Activation);
    }

    private protected override Weight Words => _words;

    private protected override Tensor Blocks(Tensor x, Batch batch)
    {
        x = _embeddingNorm.Apply(AddPositions(x, batch));
        x = Drop(x);
        foreach (var block in _blocks) x = block.Apply(x, batch);
        return x;
    }

    private Tensor AddPositions(Tensor x, Batch batch)
    {
        using var segment = _segments.As(ScalarType.Float32).narrow(0, 0, 1);
        if (batch.Positions is { } positions) return x.add(_positions.As(ScalarType.Float32).index_select(0, positions).add(segment));
        var added = _positions.As(ScalarType.Float32).narrow(0, 0, batch.Length).add(segment);
        return x.view(batch.Rows, batch.Length, Width).add(added).view(-1, Width);
    }

    private protected override Tensor Head(Tensor hidden)
    {
        var transformed = _activation(_transform.Apply(hidden));
        if (transformed.dtype != ScalarType.Float32) transformed = transformed.to_type(ScalarType.Float32);
        return _decoder.Apply(_transformNorm.Apply(transformed));
    }

    private sealed class Block
    {
        private readonly BertForMaskedLM _model;
        private readonly int _index;
        private readonly Linear _queryKeyValue, _attended, _inner, _outer;
        private readonly Attention _attention;
        private readonly LayerNorm _attentionNorm, _outputNorm;

        internal Block(BertForMaskedLM model, int index)
        {
            var c = model.Configuration;
            var name = $"bert.encoder.layer.{index}";
            (_model, _index) = (model, index);
            _queryKeyValue = model.DeclareLinear($"{name}.attention.self.query_key_value", c.Width, bias: true,
                [($"{name}.attention.self.query", c.Width), ($"{name}.attention.self.key", c.Width), ($"{name}.attention.self.value", c.Width)]);
            _attention = new Attention(index, c.Heads, c.Heads, c.HeadWidth, 1 / Math.Sqrt(c.HeadWidth));
            _attended = model.DeclareLinear($"{name}.attention.output.dense", c.Width, c.Width);
            _attentionNorm = model.DeclareLayerNorm($"{name}.attention.output.LayerNorm");
            _inner = model.DeclareLinear($"{name}.intermediate.dense", c.Width, c.Inner);
            _outer = model.DeclareLinear($"{name}.output.dense", c.Inner, c.Width);
            _outputNorm = model.DeclareLayerNorm($"{name}.output.LayerNorm");
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
