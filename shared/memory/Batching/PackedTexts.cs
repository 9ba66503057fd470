using MindBridge.Models;
using static TorchSharp.torch;

namespace MindBridge.Memory.Batching;

/// <summary>Rows one behind the other, without padding.</summary>
internal sealed class PackedTexts
{
    private readonly int[] lengths;
    private readonly long[] ids;
    private readonly long[] at;
    private readonly long[] slots;

    public PackedTexts(IReadOnlyList<Row> rows)
    {
        lengths = [.. rows.Select(r => r.Length)];
        ids = new long[lengths.Sum()];
        var (wanted, given) = (new List<long>(), new List<long>());
        var first = 0;
        foreach (var row in rows)
        {
            for (var c = 0; c < row.Length; c++) ids[first + c] = row.Ids[c];
            foreach (var c in row.At) wanted.Add(first + c);
            foreach (var c in row.Slots) given.Add(first + c);
            first += row.Length;
        }

        (at, slots) = ([.. wanted], [.. given]);
    }

    /// <summary>Hidden states at the wanted positions, [positions, width], row by row; <paramref name="vectors"/> [slots, width] stand in the slots.</summary>
    public Tensor Hidden(Transformer model, Tensor? vectors)
    {
        using var scope = NewDisposeScope();
        var embeddings = model.Embed(tensor(ids));
        if (slots.Length > 0)
        {
            var given = vectors ?? throw new ArgumentNullException(nameof(vectors), "the rows have slots; give the vectors that stand in them");
            embeddings = embeddings.index_copy(0, tensor(slots), given.to(embeddings.dtype));
        }

        return model.HiddenOfTexts(embeddings, lengths, tensor(at)).MoveToOuterDisposeScope();
    }
}
