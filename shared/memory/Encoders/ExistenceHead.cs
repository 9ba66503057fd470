using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Encoders;

/// <summary>Says whether a feature belongs to an edit, in scope, or to anything else (METHOD section 2, L_exist): h, h/2, two classes.</summary>
public sealed class ExistenceHead(long width) : Perceptron(width, width / 2, 2)
{
    /// <summary>P(in scope) of each feature.</summary>
    /// <param name="features">[n, h] float32.</param>
    /// <returns>[n] values in 0..1.</returns>
    public Tensor Probability(Tensor features)
    {
        using var scope = NewDisposeScope();
        return nn.functional.softmax(forward(features), 1).select(1, 1).MoveToOuterDisposeScope();
    }
}
