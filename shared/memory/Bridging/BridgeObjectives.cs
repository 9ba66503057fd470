using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>The loss of stage II (Eq. 6): L_mem + λ·L_loc. The LLM is frozen; gradient reaches the projectors through the soft prompt alone.</summary>
internal sealed class BridgeObjectives(Llm llm, IReadOnlyList<Projector> projectors, BridgeCache cache, BridgeTrainingSettings settings)
{
    private readonly double[] deviations = settings.FeatureNoise > 0 ? cache.Deviations() : [];

    /// <summary>The total loss of one step with its graph, cross-entropy of the objects, and KL(base || edited) (null without out-of-scope rows).</summary>
    public (Tensor Total, Tensor Memory, Tensor? Locality) Loss(BridgeStep step, RandomStream noise)
    {
        using var prompts = settings.Layout is SoftPromptLayout.AfterPrompt ? cache.PromptsOf(step.Prompts) : null;
        var hidden = step.Rows.Hidden(llm.Model, SoftPrompts(step.Features, noise), prompts);
        var labels = step.Labels.Length;
        var memory = TokenLoss.CrossEntropy(llm.Model.Logits(hidden.narrow(0, 0, labels)), step.Labels);
        // What closes the sentence comes on top of the objects; it must not halve their weight.
        if (step.Closing > 0) memory = memory.mul((double)labels / (labels - step.Closing));
        if (step.Teachers.Length == 0) return (memory, memory, null);

        var locality = Divergence(hidden.narrow(0, labels, step.Teachers.Length), step.Teachers);
        return (memory.add(settings.Locality == 1 ? locality : locality.mul(settings.Locality)), memory, locality);
    }

    // [rows, encoders * n, width], flat: each row's soft tokens one behind the other, encoder by encoder (Eq. 7).
    private Tensor SoftPrompts(long[] items, RandomStream noise)
    {
        var features = cache.FeaturesOf(items);
        var soft = new Tensor[features.Length];
        for (var i = 0; i < soft.Length; i++)
        {
            var feature = settings.FeatureNoise > 0 ? features[i].add(noise.Normal(features[i].shape, settings.FeatureNoise * deviations[i]).to(features[i].device)) : features[i];
            soft[i] = projectors[i].forward(feature);
        }

        return (soft.Length == 1 ? soft[0] : cat(soft, 1)).reshape(-1, llm.Model.Width);
    }

    // L_loc (Eq. 5), at the last prompt token. The teacher's logits follow from its cached hidden state; caching the logits would take vocabulary/width times the memory.
    private Tensor Divergence(Tensor hidden, long[] items)
    {
        Tensor teacher;
        using (no_grad()) teacher = nn.functional.log_softmax(Tempered(llm.Model.Logits(cache.TeacherOf(items))), 1);
        var student = nn.functional.log_softmax(Tempered(llm.Model.Logits(hidden)), 1);
        var divergence = teacher.exp().mul(teacher.sub(student)).sum(1).mean();
        return settings.Temperature == 1 ? divergence : divergence.mul(settings.Temperature * settings.Temperature);
    }

    private Tensor Tempered(Tensor logits) => settings.Temperature == 1 ? logits : logits.div(settings.Temperature);
}
