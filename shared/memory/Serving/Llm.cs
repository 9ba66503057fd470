using MindBridge.Models;
using MindBridge.Tokenizers;
using TorchSharp;

namespace MindBridge.Memory.Serving;

/// <summary>A frozen causal LLM with its tokenizer.</summary>
public sealed class Llm : IDisposable
{
    /// <summary>Takes ownership of <paramref name="model"/>, which is put into eval mode.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="folder">Where both came from, when they came from a folder.</param>
    public Llm(CausalLanguageModel model, TextTokenizer tokenizer, string? folder = null)
    {
        (Model, Tokenizer, Folder) = (model, tokenizer, folder);
        Model.eval();
    }

    /// <summary>The model.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>The folder it was read from, or null.</summary>
    public string? Folder { get; }

    /// <summary>A name for tables: the folder's name.</summary>
    public string Name => Folder is null ? Model.Family : Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder));

    /// <summary>Reads a Hugging Face (or llama2.c) folder.</summary>
    public static Llm From(string folder, torch.ScalarType? dtype = null, torch.Device? device = null) =>
        new(CausalLanguageModel.From(folder, dtype, device), TextTokenizer.From(folder), folder);

    /// <summary>The ids of a prompt, with what the tokenizer puts before it (BOS).</summary>
    public IReadOnlyList<int> Encode(string prompt) => Tokenizer.Encode(prompt);

    /// <summary>
    /// The ids that continue <paramref name="prompt"/> with " " + <paramref name="answer"/>. They are cut out of the encoded whole where its beginning is the encoded
    /// prompt, which is right for tokenizers that mark word starts (SentencePiece) too; else the answer is encoded by itself.
    /// </summary>
    public int[] EncodeAnswer(string prompt, string answer) => EncodeAnswer(Tokenizer, prompt, answer);

    internal static int[] EncodeAnswer(TextTokenizer tokenizer, string prompt, string answer)
    {
        var alone = tokenizer.Encode(prompt, false);
        var whole = tokenizer.Encode(prompt + " " + answer, false);
        return whole.Count > alone.Count && whole.Take(alone.Count).SequenceEqual(alone)
            ? [.. whole.Skip(alone.Count)]
            : [.. tokenizer.Encode(" " + answer, false)];
    }

    /// <summary>
    /// The ids of <paramref name="answer"/> and the full stop that ends it. What learns an edit learns to stop with it: an answer that is right but runs on
    /// ("Italian opera") is a wrong one under natural stop.
    /// </summary>
    public int[] EncodeClosedAnswer(string prompt, string answer)
    {
        var open = EncodeAnswer(prompt, answer);
        if (answer.EndsWith('.') || answer.EndsWith('?') || answer.EndsWith('!')) return open;
        var closed = EncodeAnswer(prompt, answer + ".");
        return closed.Length > open.Length && closed.AsSpan(0, open.Length).SequenceEqual(open) ? closed : [.. open, .. Tokenizer.Encode(".", false)];
    }

    public void Dispose() => Model.Dispose();
}
