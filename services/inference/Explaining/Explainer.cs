using MindBridge.Inference.FindingTargets;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using Wire = MindBridge.Contracts.V1;
using static TorchSharp.torch;

namespace MindBridge.Inference.Explaining;

/// <summary>Says why a prompt is answered as it is: both answers, and what the gate decided upon what evidence.</summary>
internal sealed class Explainer
{
    private const int MostTokens = 48;

    public async Task<Wire.Explanation> ExplainAsync(Answering answering, string prompt, string tenant, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(prompt)) throw new ArgumentException("prompt is empty; give at least one word");
        using (await answering.Llm.Lane.EnterAsync(tenant, cancellationToken))
            return await Task.Run(() => Explain(answering, prompt, cancellationToken), cancellationToken);
    }

    private static Wire.Explanation Explain(Answering answering, string prompt, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var request = answering.Answerer.Prepare([prompt])[0];
        var before = Answer(answering.Llm.Unedited, answering.Llm.Unedited.Prepare([prompt])[0], cancellationToken);
        var explanation = new Wire.Explanation
        {
            BaseAnswer = before,
            EditedAnswer = request.SoftPrompt is null ? before : Answer(answering.Answerer, request, cancellationToken),
            Edited = request.SoftPrompt is not null,
            Reason = request.Decision?.Reason ?? "no memory was asked",
            LlmId = answering.Llm.Version.Id.ToString(),
            BridgeId = answering.BridgeId,
        };
        explanation.EncoderIds.AddRange(answering.EncoderIds);
        if (answering.Served is not { } served || request.Decision is not { } decision) return explanation;
        explanation.Existence = decision.Evidence.InScope;
        explanation.ShardId = served.Manifest.Parts[decision.Shard].ShardId.ToString();
        // The edit that was held against the prompt comes first, then those whose features are nearest.
        var nearest = decision.Nearest.Where(n => n.Index != decision.Addressed?.Index);
        explanation.Nearest.AddRange((decision.Addressed is { } addressed ? nearest.Prepend(addressed) : nearest).Select(n => new Wire.NearestEdit { EditId = n.Edit.EditId, Similarity = n.Similarity }));
        return explanation;
    }

    private static string Answer(Answerer answerer, Request request, CancellationToken cancellationToken)
    {
        var tokenizer = answerer.Llm.Tokenizer;
        var room = Math.Max(1, answerer.Llm.Model.MaxPositions - request.Length);
        var tokens = Passes.Greedy(answerer, [request], [Math.Min(MostTokens, room)], (_, soFar) => NaturalStop.Answer(tokenizer.Decode(soFar), 0, final: false) is not null, cancellationToken)[0];
        return NaturalStop.Answer(tokenizer.Decode(tokens), 0, final: true)!.Trim();
    }
}
