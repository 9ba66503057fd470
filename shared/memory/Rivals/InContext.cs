using MindBridge.Memory.Addressing;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Rivals;

/// <summary>
/// Retrieval into the prompt, as IKE does: the nearest edit by encoder feature is written before the question as text, and the frozen LLM is left to use it. It needs no
/// bridge, costs prompt length instead, and is as good as the LLM reads. With a least similarity it leaves other questions alone.
/// </summary>
/// <param name="llm">The frozen LLM.</param>
/// <param name="encoder">Finds the nearest edit.</param>
/// <param name="keys">The edits' addresses.</param>
/// <param name="leastSimilarity">Below it the question is asked as it is; null always writes the edit.</param>
public sealed class InContext(Llm llm, MemoryEncoder encoder, KeyStore keys, double? leastSimilarity = null) : Answerer
{
    /// <inheritdoc/>
    public override string Name => "ike";

    /// <inheritdoc/>
    public override Llm Llm => llm;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ArtifactIds => [encoder.ArtifactId];

    /// <summary>The text before a question.</summary>
    public static string Write(StoredEdit edit, string question) => $"New fact: {edit.Prompt} {edit.Object}. {question}";

    /// <inheritdoc/>
    public override IReadOnlyList<Request> Prepare(IReadOnlyList<string> prompts, IReadOnlyList<string>? readByEncoder = null)
    {
        if (prompts.Count == 0) return [];
        using var scope = NewDisposeScope();
        var features = encoder.Features(readByEncoder ?? prompts);
        var nearest = keys.Nearest(features, 2);
        var inScope = encoder.InScope(features);
        return
        [
            .. prompts.Select((prompt, i) =>
            {
                var open = nearest[i].Count > 0 && (leastSimilarity is not { } least || nearest[i][0].Similarity >= least);
                var similarity = nearest[i].Count > 0 ? nearest[i][0].Similarity : float.NaN;
                return new Request
                {
                    Prompt = prompt,
                    Ids = llm.Encode(open ? Write(nearest[i][0].Edit, prompt) : prompt),
                    Decision = new Decision(open, open ? "the nearest edit stands in the prompt" : "no edit is near enough", 0,
                        new Evidence(inScope[i], similarity, float.NaN, false, float.NaN), nearest[i].Count > 0 ? nearest[i][0] : null, nearest[i]),
                };
            }),
        ];
    }
}
