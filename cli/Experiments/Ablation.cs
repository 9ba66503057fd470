using MindBridge.Memory;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;

namespace MindBridge.Cli.Experiments;

/// <summary>One line of the ablation's table: a variant of stage I, served one way. Percent; NaN where there was no probe.</summary>
internal sealed record AblationRow(
    string Variant, string Llm, string Addressing, bool Gate, double Rel, double Gen, double LocNeighbour, double LocHeldOut, double SameSubject, int N, double Seconds);

/// <summary>
/// What each objective of stage I is worth (METHOD section 8): the encoder trained with all three, and without each in turn, bridged to each LLM in the paper's
/// manner (the soft prompt comes from the query's own feature) and by addressing the nearest edit, each with the gate on and off.
/// </summary>
internal sealed class Ablation(EditingRunSettings settings, EditingRunData data, string encoderBase, IReadOnlyList<string> llms, string folder)
{
    /// <summary>The variants: their name, and what they leave out.</summary>
    public static readonly IReadOnlyList<(string Name, Func<EncoderTrainingSettings, EncoderTrainingSettings> Change)> Variants =
    [
        ("full", s => s),
        ("without association", s => s with { Association = 0 }),
        ("without existence", s => s with { Existence = 0 }),
        ("without injection", s => s with { Injection = 0 }),
    ];

    /// <summary>Runs the variants one after the other and yields each row when it is known.</summary>
    public async IAsyncEnumerable<AblationRow> RunAsync(IProgress<TrainingProgress>? progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var (name, change) in Variants)
        {
            var changed = settings with { Encoder = change(settings.Encoder), Addressing = AddressingMode.Direct, Protocols = [Protocol.GenerateExact] };
            using var run = new EditingRun(changed, data, encoderBase, Path.Combine(folder, name.Replace(' ', '-')), progress);
            await run.TrainEncoderAsync(cancellationToken);
            foreach (var folderOfLlm in llms)
            {
                var bridged = await run.TrainBridgeAsync(folderOfLlm, cancellationToken);
                using var llm = Llm.From(folderOfLlm);
                using var bridge = Bridge.From(bridged.Folder);
                using var edited = run.Edited(llm, bridge);
                foreach (var addressing in new[] { AddressingMode.Direct, AddressingMode.Nearest })
                    foreach (var gate in new[] { false, true })
                    {
                        using var view = edited.With(_ => DecisionRule.For(addressing, gate, run.Thresholds!));
                        var results = run.Score(view, cancellationToken)[Protocol.GenerateExact.Name];
                        double Mean(ProbeKind kind) => Scores.Mean(results, kind);
                        yield return new AblationRow(
                            name, llm.Name, addressing.ToString().ToLowerInvariant(), gate, Mean(ProbeKind.Reliability), Mean(ProbeKind.Generality), Mean(ProbeKind.LocalityNeighbour),
                            Mean(ProbeKind.LocalityHeldOut), Mean(ProbeKind.LocalitySameSubject), results.Count, run.EncoderSeconds + bridged.Seconds);
                    }
            }
        }
    }
}
