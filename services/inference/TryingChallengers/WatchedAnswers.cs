using System.Runtime.CompilerServices;
using System.Text;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.Generating;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.TakingTurns;

namespace MindBridge.Inference.TryingChallengers;

/// <summary>Answers as <see cref="Generation"/> gives them; while a challenger is tried on the memory, counted, and a part of the champion's answered by the challenger as well.</summary>
internal sealed class WatchedAnswers(Generation generation, Deployments deployments, TrafficReports reports, ShadowAnswers shadow, TimeProvider time)
{
    /// <inheritdoc cref="Generation.RunAsync"/>
    public IAsyncEnumerable<TextPiece> RunAsync(Answering answering, TextRequest request, PreparedPrompt prepared, string tenant, RequestTime allowed, CancellationToken cancellationToken = default) =>
        answering.Served is { } served && deployments.All.TryGetValue((served.Manifest.MemoryId, served.Manifest.LlmId), out var aliases) && aliases.IsTried
            ? WatchedAsync(answering, request, prepared, tenant, aliases, allowed, cancellationToken)
            : generation.RunAsync(answering, request, prepared, tenant, allowed, cancellationToken);

    private async IAsyncEnumerable<TextPiece> WatchedAsync(
        Answering answering, TextRequest request, PreparedPrompt prepared, string tenant, Aliases aliases, RequestTime allowed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (memory, llm, began, text) = (answering.Served!.Manifest.MemoryId, answering.Served.Manifest.LlmId, time.GetTimestamp(), new StringBuilder());
        await using var pieces = generation.RunAsync(answering, request, prepared, tenant, allowed, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await pieces.MoveNextAsync()) break;
            }
            catch (Exception e) when (e is not OperationCanceledException and not BusyException)
            {
                // Who goes, and too many at once, say nothing of a bridge.
                reports.Count(aliases, memory, llm, answering.BridgeId, failed: true, TimeSpan.Zero);
                throw;
            }

            text.Append(pieces.Current.Text);
            yield return pieces.Current;
        }

        reports.Count(aliases, memory, llm, answering.BridgeId, failed: false, time.GetElapsedTime(began));
        if (answering.BridgeId == aliases.Champion && Random.Shared.Next(100) < aliases.ShadowPercent) shadow.Begin(aliases, memory, answering.Llm.Version, request, text.ToString(), prepared.IsEdited);
    }
}
