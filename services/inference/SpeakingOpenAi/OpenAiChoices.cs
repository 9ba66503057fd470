using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.Generating;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.TakingTurns;
using MindBridge.Inference.TryingChallengers;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>Several answers at a time: each prompt's, as often as was asked. Choice k is drawn with the k-th seed after the one given, so the first of many is the only one of one.</summary>
internal sealed class OpenAiChoices(Generation generation, WatchedAnswers answers)
{
    /// <summary>The prompts as the LLM receives them.</summary>
    public Task<PreparedPrompt[]> PrepareAsync(Answering answering, IReadOnlyList<TextRequest> prompts, RequestTime time) =>
        Task.WhenAll(prompts.Select(p => generation.PrepareAsync(answering, p, time)));

    /// <summary>Pieces as they come, with the choice they belong to. Where one answer fails all end.</summary>
    public async IAsyncEnumerable<(int Choice, TextPiece Piece)> RunAsync(
        Answering answering, IReadOnlyList<TextRequest> prompts, PreparedPrompt[] prepared, int each, string tenant, RequestTime time, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pieces = Channel.CreateUnbounded<(int, TextPiece)>(new UnboundedChannelOptions { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.WhenAll(Enumerable.Range(0, prompts.Count * each).Select(WriteAsync));
        var all = running.ContinueWith(_ => pieces.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None)) yield return piece;
        }
        finally
        {
            await stop.CancelAsync();
            await all;
        }

        async Task WriteAsync(int choice)
        {
            var request = prompts[choice / each];
            request = request with { Seed = unchecked(request.Seed + (ulong)choice) };
            try
            {
                await foreach (var piece in answers.RunAsync(answering, request, prepared[choice / each], tenant, time, stop.Token)) pieces.Writer.TryWrite((choice, piece));
            }
            catch (Exception e)
            {
                // The first reason is told; the others ended because of it.
                pieces.Writer.TryComplete(e);
                await stop.CancelAsync();
            }
        }
    }
}
