using MindBridge.Memory.Encoders;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>
/// B: R^h -> R^(n·d), two linear layers (METHOD section 1), reshaped to n soft tokens of the LLM's width d. One projector reads one encoder; with
/// several encoders their soft prompts stand one behind the other (Eq. 7).
/// </summary>
public sealed class Projector : Perceptron
{
    /// <summary>Makes one with random weights.</summary>
    /// <param name="featureWidth">h, the encoder's width.</param>
    /// <param name="softTokens">n.</param>
    /// <param name="width">d, the LLM's width.</param>
    /// <param name="hidden">Width between the layers; 2h when not given.</param>
    public Projector(long featureWidth, int softTokens, long width, long? hidden = null)
        : base(featureWidth, hidden ?? 2 * featureWidth, softTokens * width) => (SoftTokens, Width) = (softTokens, width);

    /// <summary>n, the number of soft tokens.</summary>
    public int SoftTokens { get; }

    /// <summary>d, the LLM's width.</summary>
    public long Width { get; }

    /// <summary>[rows, h] to [rows, n, d].</summary>
    public override Tensor forward(Tensor input)
    {
        using var flat = base.forward(input);
        return flat.view(-1, SoftTokens, Width);
    }

    /// <summary>Reads a projector from a file, its shape included.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, or its size is no multiple of the LLM's width.</exception>
    public static Projector From(SafetensorsFile file, int softTokens, string prefix = "")
    {
        var (inputs, hidden, outputs) = ShapeIn(file, prefix);
        if (softTokens < 1 || outputs % softTokens != 0)
            throw new InvalidDataException($"{file.Path}: {prefix}fc2 has {outputs} outputs, which are no {softTokens} soft tokens of one width");
        var projector = new Projector(inputs, softTokens, outputs / softTokens, hidden);
        projector.Load(file, prefix);
        return projector;
    }
}
