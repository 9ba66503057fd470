using MindBridge.Models;
using static TorchSharp.torch;

namespace MindBridge.Memory.Batching;

/// <summary>
/// Rows of unequal length that a model reads together. Built from plain arrays, so that the next step's rows can be prepared while a model is still busy with the last ones. On the CPU they
/// lie one behind the other without padding, elsewhere in padded blocks.
/// </summary>
/// <param name="rows">The rows.</param>
/// <param name="mostBlocks">The most blocks where they are padded.</param>
internal sealed class RowBatch(IReadOnlyList<Row> rows, int mostBlocks = 3)
{
    private readonly PackedTexts packed = new(rows);
    private PaddedBlocks? padded;

    /// <summary>The rows as they were given.</summary>
    public IReadOnlyList<Row> Source => rows;

    /// <summary>Hidden states at every row's <see cref="Row.At"/>.</summary>
    /// <param name="model">The model that reads the rows.</param>
    /// <param name="vectors">[slots of all rows, width]: what stands in the slots, row by row; null when no row has one.</param>
    /// <param name="cache">What the rows follow (rows in one block only); null when they stand alone.</param>
    /// <returns>[wanted positions, width], row by row.</returns>
    public Tensor Hidden(Transformer model, Tensor? vectors = null, KeyValueCache? cache = null) =>
        cache is null && model.TakesTextsWithoutPadding ? packed.Hidden(model, vectors) : (padded ??= new PaddedBlocks(rows, mostBlocks)).Hidden(model, vectors, cache);
}
