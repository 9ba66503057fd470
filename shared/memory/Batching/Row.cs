namespace MindBridge.Memory.Batching;

/// <summary>One row of token ids on its way into a model.</summary>
/// <param name="Ids">The token ids, without padding.</param>
/// <param name="At">Columns whose hidden state is wanted, in the order they are wanted.</param>
/// <param name="Slots">Columns whose embedding is not the token's but a vector given at run time (a feature or a soft token).</param>
internal readonly record struct Row(int[] Ids, int[] At, int[] Slots)
{
    public Row(int[] ids, params int[] at)
        : this(ids, at, [])
    {
    }

    public int Length => Ids.Length;
}
