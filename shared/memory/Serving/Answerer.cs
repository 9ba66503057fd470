using MindBridge.Models;
using static TorchSharp.torch;

namespace MindBridge.Memory.Serving;

/// <summary>
/// A language model as the protocols see it: the unedited LLM, the edited one, or a rival. It says what the LLM receives for a prompt; how that is run, decoded
/// and scored is the same for all (<see cref="Passes"/>).
/// </summary>
public abstract class Answerer : IDisposable
{
    /// <summary>A short name for tables: "unedited", "mindbridge", "ike", "grace", "ft".</summary>
    public abstract string Name { get; }

    /// <summary>The LLM that answers; for fine-tuning, the changed copy.</summary>
    public abstract Llm Llm { get; }

    /// <summary>The artifacts behind the answers: encoder and bridge ids, in order.</summary>
    public virtual IReadOnlyList<string> ArtifactIds => [];

    /// <summary>Most positions that the memory takes beside a prompt's own.</summary>
    public virtual int MostSoftTokens => 0;

    /// <summary>Decides, once for each prompt, what the LLM receives. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="prompts">What users ask.</param>
    /// <param name="readByEncoder">
    /// What the encoder is fed instead of the prompts: a question without the examples before it, or, only for the protocol <c>paper-teacher-forced</c>, prompt + gold target (the published leak).
    /// </param>
    public abstract IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null);

    /// <summary>Hidden states of a batch of requests of equal length; a rival that reaches into the LLM does it here.</summary>
    /// <param name="rows">The requests, one a row.</param>
    /// <param name="embeddings">[rows, s, width].</param>
    /// <param name="cache">For incremental decoding, or null.</param>
    /// <param name="at">Flat positions wanted.</param>
    internal virtual Tensor Hidden(IReadOnlyList<Request> rows, Tensor embeddings, KeyValueCache? cache, Tensor? at) =>
        Llm.Model.Hidden(embeddings, null, cache, at);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the answerer owns; the LLM belongs to whoever loaded it.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
