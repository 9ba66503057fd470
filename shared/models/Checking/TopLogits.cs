using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>The largest logits.</summary>
public static class TopLogits
{
    /// <summary>The <paramref name="count"/> largest of <paramref name="logits"/> [vocabulary], largest first, equal ones by id.</summary>
    public static IReadOnlyList<(int Id, float Value)> Of(Tensor logits, int count)
    {
        using var here = logits.detach().cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(here.bytes).ToArray();
        var ids = new int[values.Length];
        for (var i = 0; i < ids.Length; i++) ids[i] = i;
        Array.Sort(ids, (a, b) => values[b].CompareTo(values[a]) is var order && order != 0 ? order : a.CompareTo(b));
        return [.. ids.Take(count).Select(i => (i, values[i]))];
    }
}
