using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>An LLM: GPT-2, GPT-J or one of the Llama family.</summary>
public abstract class CausalLanguageModel : Transformer
{
    private protected CausalLanguageModel(ModelConfiguration configuration) : base(configuration)
    {
    }

    /// <summary>Tokens that end a text, as the configuration says; may be empty.</summary>
    public IReadOnlyList<int> EndTokens => Configuration.EndTokens;

    /// <summary>Loads a Hugging Face folder, or a folder with one llama2.c version 0 <c>.bin</c>, in eval mode.</summary>
    /// <param name="folder">Holds config.json and model.safetensors (or shards with an index), or a .bin.</param>
    /// <param name="dtype">Type of the matrices; float32 unless given, whatever the file holds. BFloat16 also sets the compute type.</param>
    /// <param name="device">CPU unless given.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message says which.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or the architecture is no supported LLM.</exception>
    public static CausalLanguageModel From(string folder, ScalarType? dtype = null, Device? device = null) =>
        Checkpoint.Load(folder, dtype, device) is var model && model is CausalLanguageModel causal
            ? causal
            : throw Checkpoint.Mismatch(model, folder, "an LLM (gpt2, gptj, llama, mistral, qwen2)");

    /// <summary>Refuses a folder that is no LLM's, by its configuration alone: for before long work that ends with it.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds another kind of model, or none.</exception>
    public static void Require(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder; give the folder of an LLM");
        if (File.Exists(Path.Combine(folder, "config.json")) && ModelConfiguration.From(folder) is { IsMasked: true } configuration)
            throw new InvalidDataException($"{folder} holds a {configuration.Family} model, which reads and does not write; give the folder of an LLM (gpt2, gptj, llama, mistral, qwen2)");
    }

    /// <summary>A new model with random weights; the same seed gives the same weights.</summary>
    public static CausalLanguageModel Create(ModelConfiguration configuration, long seed, Device? device = null) =>
        Checkpoint.Create(configuration, seed, device) as CausalLanguageModel
        ?? throw new ArgumentException($"\"{configuration.Family}\" is no LLM; give the configuration of a gpt2, gptj, llama, mistral or qwen2");

    /// <summary>An empty cache for <paramref name="batch"/> rows of up to <paramref name="capacity"/> tokens; dispose it after use.</summary>
    public KeyValueCache NewCache(int batch, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var c = Configuration;
        return new KeyValueCache(c.Layers, batch, c.KeyHeads, c.HeadWidth, Math.Min(capacity, c.MaxPositions), ComputeType, Device);
    }

    /// <summary>Slots for texts that run side by side and begin and end independently; dispose them after use. On the CPU.</summary>
    /// <param name="slots">Most texts at a time.</param>
    /// <param name="capacity">Most tokens of a text; not more than <see cref="Transformer.MaxPositions"/>.</param>
    /// <exception cref="NotSupportedException">The model is not on the CPU.</exception>
    public SlotCache NewSlots(int slots, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (Device.type != TorchSharp.DeviceType.CPU) throw new NotSupportedException($"texts in slots run on the CPU, but this {Family} model is on {Device}; move it to the CPU");
        var c = Configuration;
        return new SlotCache(c.Layers, slots, c.KeyHeads, c.HeadWidth, Math.Min(capacity, c.MaxPositions));
    }

    /// <summary>Bytes that one slot of <paramref name="capacity"/> tokens takes.</summary>
    public long BytesOfSlot(int capacity) => SlotCache.BytesOf(Configuration, Math.Min(capacity, MaxPositions));

    /// <summary>
    /// One pass over the next tokens of several texts: some go on by a token, others read their prompt. Every row is computed exactly as it would be alone, so what shares a batch has no
    /// influence on a text. For one thread at a time, and not while <see cref="Transformer.Hidden"/> runs.
    /// </summary>
    /// <param name="embeddings">[rows, width] float32: word embeddings, or anything else in their place.</param>
    /// <param name="cache">The texts so far; the rows are added to them.</param>
    /// <param name="slots">By row, the slot it goes to; rows of one slot stand in the order of the text.</param>
    /// <param name="wanted">The rows whose next token is asked for.</param>
    /// <returns>[wanted, vocabulary] float32 logits.</returns>
    /// <exception cref="ArgumentException">A shape does not fit, or a slot is full.</exception>
    public Tensor Next(Tensor embeddings, SlotCache cache, int[] slots, IReadOnlyList<int> wanted)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        RowByRow = true;
        try
        {
            var at = wanted.Count == slots.Length ? null : tensor(wanted.Select(w => (long)w).ToArray());
            var hidden = Through(embeddings, cache, slots, at);
            return Logits(hidden).MoveToOuterDisposeScope();
        }
        finally
        {
            RowByRow = false;
        }
    }
}
