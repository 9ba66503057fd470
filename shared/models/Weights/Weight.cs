using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>How a weight of a new model is drawn.</summary>
internal enum Initial
{
    /// <summary>Normal with the configuration's initializer_range.</summary>
    Normal,

    /// <summary>Normal, narrower by sqrt(2 layers): GPT-2's projections back into the residual stream.</summary>
    Residual,

    /// <summary>All zeros: biases.</summary>
    Zeros,

    /// <summary>All ones: the scales of norms.</summary>
    Ones,
}

/// <summary>A tensor under its published name in a checkpoint, holding <paramref name="Outputs"/> rows (of a table or vector) or columns (of a matrix) of a weight.</summary>
internal readonly record struct Part(string Name, long Outputs);

/// <summary>How a weight lies in memory and in published files.</summary>
internal enum Layout
{
    /// <summary>A vector, or a table of embeddings: the same in both, parts follow one another along the first dimension.</summary>
    Table,

    /// <summary>A matrix [in, out] in memory, which small batches multiply fastest; published as [out, in]. Parts lie side by side.</summary>
    Matrix,

    /// <summary>A matrix [in, out] in memory and in files (GPT-2).</summary>
    PublishedMatrix,
}

/// <summary>
/// One parameter of a model. It may be the fusion of several published tensors (query, key and value multiply in one product) and may lie
/// transposed; names and layout in files stay the published ones.
/// </summary>
internal sealed class Weight(string name, long[] shape, Initial initial, Part[] parts, Layout layout)
{
    private Tensor? _cast;

    public string Name { get; } = name;

    public long[] Shape { get; } = shape;

    public Initial Initial { get; } = initial;

    public Part[] Parts { get; } = parts;

    /// <summary>The parameter itself; replaced when the model is moved or converted.</summary>
    public Parameter Value
    {
        get;
        set
        {
            field = value;
            Forget();
        }
    } = null!;

    /// <summary>Drops the cached conversion, after the parameter's content was written to.</summary>
    public void Forget()
    {
        _cast?.Dispose();
        _cast = null;
    }

    /// <summary>The shape of one published tensor of this weight, as files hold it.</summary>
    public long[] PublishedShape(Part part) => layout switch
    {
        Layout.Matrix => [part.Outputs, Shape[0]],
        Layout.PublishedMatrix => [Shape[0], part.Outputs],
        _ => [part.Outputs, .. Shape[1..]],
    };

    /// <summary>Each published tensor with its place in the parameter: views in the shape that files hold.</summary>
    public IEnumerable<(string Name, Tensor Published)> Pieces()
    {
        long from = 0;
        foreach (var part in Parts)
        {
            var piece = Value.detach().narrow(layout == Layout.Table ? 0 : 1, from, part.Outputs);
            from += part.Outputs;
            yield return (part.Name, layout == Layout.Matrix ? piece.t() : piece);
        }
    }

    /// <summary>
    /// The weight in <paramref name="type"/>. A trained weight is converted anew each time, under autograd; a frozen one once, so a frozen
    /// model pays nothing a step. The result belongs to the weight or the current dispose scope.
    /// </summary>
    public Tensor As(ScalarType type)
    {
        if (Value.dtype == type) return Value;
        if (Value.requires_grad) return Value.to_type(type);
        if (_cast is null || _cast.dtype != type)
        {
            Forget();
            _cast = Value.to_type(type).DetachFromDisposeScope();
        }
        return _cast;
    }
}
