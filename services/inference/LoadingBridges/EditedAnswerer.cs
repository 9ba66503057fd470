using MindBridge.Memory.Serving;

namespace MindBridge.Inference.LoadingBridges;

/// <summary>The edited model as one of several that share encoders: it prepares a request while it holds them, and decodes without.</summary>
internal sealed class EditedAnswerer(EditedModel edited, IReadOnlyList<EncoderPart> parts) : Answerer
{
    // In one order everywhere, or two memories could wait for one another.
    private readonly Lock[] gates = [.. parts.Distinct().OrderBy(p => p.Encoder.ArtifactId, StringComparer.Ordinal).Select(p => p.Gate)];

    public override string Name => edited.Name;

    public override Llm Llm => edited.Llm;

    public override IReadOnlyList<string> ArtifactIds => edited.ArtifactIds;

    public override int MostSoftTokens => edited.MostSoftTokens;

    public override IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null) => Holding(0, () => edited.Prepare(prompts, readByEncoder));

    /// <summary>Prompts of different callers, each prepared exactly as it would be alone.</summary>
    public IReadOnlyList<Request> PrepareEach(IReadOnlyList<string> prompts, IReadOnlyList<string> questions) => Holding(0, () => edited.PrepareEach(prompts, questions));

    /// <summary>The edited model, for what its words alone decide: nothing is held then, stored keys and projectors do not change.</summary>
    public EditedModel Edited => edited;

    private IReadOnlyList<Request> Holding(int held, Func<IReadOnlyList<Request>> prepare)
    {
        if (held == gates.Length) return prepare();
        lock (gates[held]) return Holding(held + 1, prepare);
    }
}
