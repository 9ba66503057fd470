using System.Text;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.Generating;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.TakingTurns;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.Explaining;

/// <summary>Says why a prompt is answered as it is: both answers, as they are given to everybody, and what the gate decided upon what evidence.</summary>
internal sealed class Explainer(Generation generation)
{
    private const int MostTokens = 48;

    public async Task<Wire.Explanation> ExplainAsync(Answering answering, string prompt, string tenant, RequestTime time)
    {
        if (string.IsNullOrWhiteSpace(prompt)) throw new ArgumentException("prompt is empty; give at least one word");
        var request = new TextRequest { Prompt = prompt, MaxTokens = MostTokens, NaturalStop = true };
        var prepared = await generation.PrepareAsync(answering, request, time, read: true);
        var before = AnswerAsync(prepared.IsEdited ? PreparedPrompt.Unedited(answering.Llm.Llm, prompt) : prepared);
        var after = prepared.IsEdited ? AnswerAsync(prepared) : before;
        await Task.WhenAll(before, after);
        var explanation = new Wire.Explanation
        {
            BaseAnswer = await before,
            EditedAnswer = await after,
            Edited = prepared.IsEdited,
            Reason = prepared.Decision?.Reason ?? "no memory was asked",
            LlmId = answering.Llm.Version.Id.ToString(),
            BridgeId = answering.BridgeId,
            Llm = answering.Llm.Version.Title,
            LlmContentHash = answering.Llm.Version.ContentHash,
        };
        explanation.EncoderIds.AddRange(answering.EncoderIds);
        if (answering.Served is not { } served || prepared.Decision is not { } decision) return explanation;
        explanation.CommitSequence = served.Manifest.Commit;
        explanation.Shards.AddRange(served.Manifest.Parts.Select(p => new Wire.ShardArtifacts { ShardId = p.ShardId.ToString(), EncoderId = p.EncoderId, ProjectorId = p.ProjectorId }));
        explanation.Existence = decision.Evidence.InScope;
        explanation.ShardId = served.Manifest.Parts[decision.Shard].ShardId.ToString();
        // The edit that was held against the prompt comes first, then those whose features are nearest.
        var nearest = decision.Nearest.Where(n => n.Index != decision.Addressed?.Index);
        explanation.Nearest.AddRange((decision.Addressed is { } addressed ? nearest.Prepend(addressed) : nearest).Select(n => new Wire.NearestEdit { EditId = n.Edit.EditId, Similarity = n.Similarity }));
        return explanation;

        async Task<string> AnswerAsync(PreparedPrompt read)
        {
            var text = new StringBuilder();
            await foreach (var piece in generation.RunAsync(answering, request, read, tenant, time)) text.Append(piece.Text);
            return text.ToString().Trim();
        }
    }
}
