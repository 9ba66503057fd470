using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MindBridge.Memory.Checkpoints;

/// <summary>AdamW over named weights with clipping, that leaves out a step whose loss or gradient is not finite (METHOD section 6).</summary>
internal sealed class Optimizer : IDisposable
{
    private readonly nn.Module[] modules;
    private readonly Parameter[] parameters;
    private readonly AdamW adam;
    private readonly double clip;

    /// <param name="modules">What is trained, each with the prefix its weights' names get.</param>
    /// <param name="learningRate">The first learning rate.</param>
    /// <param name="weightDecay">AdamW's decay.</param>
    /// <param name="clip">The longest gradient.</param>
    public Optimizer(IReadOnlyList<(string Prefix, nn.Module Module)> modules, double learningRate, double weightDecay, double clip)
    {
        this.modules = [.. modules.Select(m => m.Module)];
        var named = modules.SelectMany(m => m.Module.named_parameters().Select(p => (Name: m.Prefix + p.name, p.parameter))).ToArray();
        Weights = [.. named.Select(w => KeyValuePair.Create<string, Tensor>(w.Name, w.parameter))];
        parameters = [.. named.Select(w => w.parameter)];
        adam = optim.AdamW(parameters, lr: learningRate, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: weightDecay);
        this.clip = clip;
    }

    /// <summary>What is trained, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Weights { get; }

    /// <summary>Steps left out because the loss or the gradient was not finite.</summary>
    public long Skipped { get; set; }

    /// <summary>Steps left out one after the other, up to now.</summary>
    public long SkippedInARow { get; private set; }

    /// <summary>Goes one step down the gradient of <paramref name="loss"/>. False when the step was left out.</summary>
    /// <param name="loss">A scalar with its graph.</param>
    /// <param name="value">Its value.</param>
    /// <param name="learningRate">The step's learning rate.</param>
    public bool Step(Tensor loss, double value, double learningRate)
    {
        // Dropped, not zeroed: the optimizer leaves alone what has no gradient.
        foreach (var module in modules) module.zero_grad();
        if (double.IsFinite(value))
        {
            loss.backward();
            if (double.IsFinite(nn.utils.clip_grad_norm_(parameters, clip)))
            {
                foreach (var group in adam.ParamGroups) group.LearningRate = learningRate;
                adam.step();
                SkippedInARow = 0;
                return true;
            }
        }

        Skipped++;
        SkippedInARow++;
        return false;
    }

    /// <summary>Writes AdamW's moments and step counts.</summary>
    public void Save(BinaryWriter writer) => adam.save_state_dict(writer);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader) => adam.load_state_dict(reader);

    public void Dispose() => adam.Dispose();
}
