using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>From hidden states [n, width] to logits [n, vocabulary].</summary>
internal interface IHead
{
    public Tensor Apply(Tensor x);
}

/// <summary>y = x W + b in the model's compute type: [n, in] to [n, out].</summary>
internal sealed class Linear(Transformer model, Weight weight, Weight? bias) : IHead
{
    public Tensor Apply(Tensor x)
    {
        if (model.RowByRow) return RowProducts.Multiply(x, RowProducts.Readable(weight), bias?.As(ScalarType.Float32));
        var type = model.ComputeType;
        var matrix = weight.As(type);
        if (x.dtype != type)
        {
            using var narrow = x.to_type(type);
            return bias is null ? narrow.mm(matrix) : addmm(bias.As(type), narrow, matrix);
        }
        if (type == ScalarType.Float32 && x.size(0) == 1) return OneRow(x, matrix);
        return bias is null ? x.mm(matrix) : addmm(bias.As(type), x, matrix);
    }

    // A matrix-vector product reads the weights once; a matrix product would repack them first, which costs several times as much.
    private Tensor OneRow(Tensor x, Tensor matrix)
    {
        using var vector = x.view(-1);
        using var rows = matrix.t();
        using var y = bias is null ? rows.mv(vector) : addmv(bias.As(ScalarType.Float32), rows, vector);
        return y.unsqueeze(0);
    }
}

/// <summary>The word embeddings [vocabulary, width] as head: y = x Eᵀ + b.</summary>
internal sealed class TiedHead(Transformer model, Weight words, Weight? bias) : IHead
{
    public Tensor Apply(Tensor x)
    {
        if (model.RowByRow) return RowProducts.MultiplyTransposed(x, RowProducts.Readable(words), bias?.As(ScalarType.Float32));
        var type = model.ComputeType;
        var table = words.As(type);
        if (x.dtype != type) x = x.to_type(type);
        if (type == ScalarType.Float32 && x.size(0) == 1)
        {
            using var vector = x.view(-1);
            using var y = bias is null ? table.mv(vector) : addmv(bias.As(type), table, vector);
            return y.unsqueeze(0);
        }
        return nn.functional.linear(x, table, bias?.As(type));
    }
}
