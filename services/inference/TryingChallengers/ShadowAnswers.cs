using System.Text;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.Generating;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Inference.TakingTurns;

namespace MindBridge.Inference.TryingChallengers;

/// <summary>Has a challenger answer what the champion has answered, for comparison alone: nobody is given the answer, nobody waits for it, and where much is asked it is left out.</summary>
internal sealed class ShadowAnswers(Generation generation, RequestTimes times, LlmCatalogue catalogue, LoadedBridges bridges, BridgeManifests manifests, TrafficReports reports, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ShadowAnswers> logger)
{
    private const int AtOnce = 2;
    // A tenant of its own in the queue: a user's requests never wait behind it for more than their turn.
    private const string Queue = "\u0001shadow";
    private int running;

    /// <summary>Begins, where there is room; returns at once.</summary>
    public void Begin(Aliases aliases, Guid memory, LlmVersion version, TextRequest request, string answer, bool spoke)
    {
        if (Interlocked.Increment(ref running) > AtOnce)
        {
            Interlocked.Decrement(ref running);
            return;
        }

        _ = Task.Run(async () =>
        {
            try
            {
                await AnswerAsync(aliases, memory, version, request, answer, spoke, lifetime.ApplicationStopping);
            }
            catch (Exception e) when (e is OperationCanceledException or BusyException)
            {
                // The service ends, or has better to do.
            }
            catch (Exception e)
            {
                reports.Count(aliases, memory, version.Id, aliases.Challenger, failed: true, TimeSpan.Zero);
                logger.LogWarning("challenger {Bridge} cannot answer beside the champion ({Reason})", aliases.Challenger, e.Message);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        });
    }

    private async Task AnswerAsync(Aliases aliases, Guid memory, LlmVersion version, TextRequest request, string answer, bool spoke, CancellationToken cancellationToken)
    {
        var manifest = await manifests.ReadAsync(aliases.Challenger, cancellationToken);
        if (manifest.TenantId != aliases.Tenant || manifest.MemoryId != memory || manifest.LlmId != version.Id) throw new InvalidDataException($"bridge {aliases.Challenger} was made for another memory or LLM");
        var served = await bridges.UseAsync(aliases.Challenger, cancellationToken);
        Answering answering;
        try
        {
            answering = new Answering(await catalogue.UseAsync(version, cancellationToken), served);
        }
        catch
        {
            served.Dispose();
            throw;
        }

        using (answering)
        {
            using var allowed = times.Begin(cancellationToken);
            var began = time.GetTimestamp();
            var prepared = await allowed.WithinAsync(() => generation.PrepareAsync(answering, request, allowed));
            var text = new StringBuilder();
            await foreach (var piece in generation.RunAsync(answering, request, prepared, Queue, allowed)) text.Append(piece.Text);
            reports.Count(aliases, memory, version.Id, aliases.Challenger, failed: false, time.GetElapsedTime(began));
            if (spoke && prepared.IsEdited) reports.Compare(aliases, memory, version.Id, text.ToString() == answer);
        }
    }
}
