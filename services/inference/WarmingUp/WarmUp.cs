using System.Numerics.Tensors;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.RunningBatches;
using MindBridge.Platform.Rpc;

namespace MindBridge.Inference.WarmingUp;

/// <summary>Loads what is in service and runs it once, so that the first to ask does not wait for that. What will not load holds up nobody: it is told to those who ask for it.</summary>
internal sealed class WarmUp(LlmCatalogue catalogue, Champions champions, InferenceSettings settings, TimeProvider time, ILogger<WarmUp> logger) : BackgroundService
{
    private const string Prompt = "The";
    private const int Tokens = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    // The evaluator may start after this service; then champions are loaded when it tells of them.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>True once everything has been tried.</summary>
    public bool IsDone { get; private set; } = !settings.WarmUp;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (IsDone) return;
        try
        {
            while (!catalogue.IsRead) await Task.Delay(Pause, time, stoppingToken);
            foreach (var version in catalogue.InService) await WarmAsync(version, stoppingToken);
            var began = time.GetTimestamp();
            while (catalogue.InService.Count > 0 && !champions.AreKnown && time.GetElapsedTime(began) < LongestWait) await Task.Delay(Pause, time, stoppingToken);
            foreach (var slot in champions.All) await WarmAsync(slot, stoppingToken);
            IsDone = true;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service ends before it was ready.
        }
    }

    private async Task WarmAsync(LlmVersion version, CancellationToken cancellationToken)
    {
        try
        {
            using var use = await catalogue.UseAsync(version, cancellationToken);
            var prompt = PreparedPrompt.Unedited(use.Value.Llm, Prompt);
            if (prompt.Length > 0) await use.Value.Engine.RunAsync(new Greedy { Prompt = prompt, Most = Tokens }, "", cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("{Llm} cannot be loaded ({Reason}); whoever asks for it is told so", version.Title, e.Message);
        }
    }

    private async Task WarmAsync(Slot slot, CancellationToken cancellationToken)
    {
        try
        {
            using var use = (await slot.UseAsync(cancellationToken)).Use;
            // Both ways of deciding: by the prompt's words, and with the encoder.
            await use.Value.Preparation.PrepareAsync(Prompt, Prompt);
            await use.Value.Preparation.PrepareAsync(Prompt, Prompt, read: true);
        }
        catch (Exception e) when (e is RefusedNowException or InvalidDataException)
        {
            logger.LogWarning("a champion cannot be loaded ({Reason}); it is tried again by itself", e.Message);
        }
    }

    private sealed class Greedy : Sequence
    {
        public override int? Next(Span<float> logits) => TensorPrimitives.IndexOfMax(logits);
    }
}
