using MindBridge.Memory.Serving;

namespace MindBridge.Memory.Rivals;

/// <summary>The LLM as it was released: what locality is measured against, and the floor of every table.</summary>
public sealed class Unedited(Llm llm) : Answerer
{
    /// <inheritdoc/>
    public override string Name => "unedited";

    /// <inheritdoc/>
    public override Llm Llm => llm;

    /// <inheritdoc/>
    public override IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null) =>
        [.. prompts.Select(p => new Request { Prompt = p, Ids = llm.Encode(p) })];
}
