using MindBridge.Memory.Encoders;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Pretraining;

/// <summary>
/// The loss of stage I (Eq. 3): a·L_inj + b·L_assoc + c·L_exist + d·L_con. The frozen copy of the initial encoder (the dummy) runs in eval mode and
/// without gradients of its own; gradient reaches the encoder through the feature alone.
/// </summary>
internal sealed class Objectives(MaskedLanguageModel encoder, MaskedLanguageModel dummy, Perceptron association, ExistenceHead existence, EncoderTrainingSettings settings)
{
    /// <summary>Names of the parts, in the order <see cref="Loss"/> gives them.</summary>
    public static readonly string[] Parts = ["injection", "association", "existence", "contrast"];

    /// <summary>The total loss of one step, with its graph, and its parts by themselves (undefined parts are null).</summary>
    /// <param name="step">What to read.</param>
    /// <param name="cache">[edits + out-of-scope prompts, h]: the feature cache of the heads phase; null otherwise.</param>
    public (Tensor Total, Tensor?[] Parts) Loss(EncoderStep step, Tensor? cache)
    {
        var parts = new Tensor?[Parts.Length];
        Tensor features;
        if (step.Cached is { } cached) features = cache!.index_select(0, tensor(cached, device: cache.device));
        else
        {
            var hidden = step.Rows!.Hidden(encoder);
            var masked = step.Masked.Length;
            if (masked > 0) parts[0] = Injection(hidden.narrow(0, 0, masked), step.Masked);
            features = hidden.narrow(0, masked, hidden.shape[0] - masked);
        }

        if (step.InScope > 0)
        {
            var inScope = features.narrow(0, 0, step.InScope);
            if (step.Dummy is not null) parts[1] = Association(inScope, step);
            if (settings.Existence > 0 && step.OutOfScope > 0) parts[2] = Existence(features.narrow(0, 0, step.InScope + step.OutOfScope), step);
            if (step.SecondView > 0) parts[3] = Contrast(features, step);
        }

        Tensor? total = null;
        double[] weights = [settings.Injection, settings.Association, settings.Existence, settings.Contrast];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is not { } part || weights[i] == 0) continue;
            var weighted = weights[i] == 1 ? part : part.mul(weights[i]);
            total = total is null ? weighted : total.add(weighted);
        }

        return (total ?? throw new InvalidOperationException("a step without a single objective"), parts);
    }

    // L_inj: the masked pieces from the fact text, head at the masked positions only.
    private Tensor Injection(Tensor hidden, long[] labels) =>
        TokenLoss.CrossEntropy(encoder.Logits(hidden), labels);

    // L_assoc: the dummy reads the projected feature in its first place and must fill in the object.
    private Tensor Association(Tensor features, EncoderStep step)
    {
        var hidden = step.Dummy!.Hidden(dummy, association.forward(features));
        return TokenLoss.CrossEntropy(dummy.Logits(hidden), step.Objects);
    }

    // L_exist: two classes, 1 = in scope.
    private Tensor Existence(Tensor features, EncoderStep step)
    {
        var labels = new long[step.InScope + step.OutOfScope];
        labels.AsSpan(0, step.InScope).Fill(1);
        return nn.functional.cross_entropy(existence.forward(features), tensor(labels, device: features.device));
    }

    // L_con (METHOD section 9, 2): InfoNCE between two views of each edit, the step's other edits and all out-of-scope rows in the denominator.
    // Features are centred on the step's mean: a feature's common part would otherwise drown what tells edits apart.
    private Tensor Contrast(Tensor features, EncoderStep step)
    {
        var (n, others) = (step.InScope, step.OutOfScope);
        var centre = features.narrow(0, 0, n + others).mean([0]).detach();
        var unit = nn.functional.normalize(features.sub(centre), 2, 1);
        var (first, second) = (unit.narrow(0, 0, n), unit.narrow(0, n + others, n));
        var labels = arange(n, dtype: ScalarType.Int64, device: features.device);
        var negatives = others > 0 ? unit.narrow(0, n, others).t() : null;
        return Direction(first, second).add(Direction(second, first)).mul(0.5);

        Tensor Direction(Tensor from, Tensor to)
        {
            var same = from.matmul(to.t());
            var scores = negatives is null ? same : cat([same, from.matmul(negatives)], 1);
            return nn.functional.cross_entropy(scores.div(settings.Temperature), labels);
        }
    }
}
