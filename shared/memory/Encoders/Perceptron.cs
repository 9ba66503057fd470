using MindBridge.Memory.Checkpoints;
using MindBridge.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MindBridge.Memory.Encoders;

/// <summary>Two linear layers with a ReLU between: the shape of the existence head, of the association projection and of every bridge.</summary>
public class Perceptron : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;

    /// <summary>Makes one with libtorch's own random weights; <see cref="Draw"/> makes them reproducible.</summary>
    public Perceptron(long inputs, long hidden, long outputs)
        : base(nameof(Perceptron))
    {
        (Inputs, Hidden, Outputs) = (inputs, hidden, outputs);
        fc1 = Linear(inputs, hidden);
        fc2 = Linear(hidden, outputs);
        RegisterComponents();
    }

    /// <summary>Length of the vectors that go in.</summary>
    public long Inputs { get; }

    /// <summary>Length of the vectors between the layers.</summary>
    public long Hidden { get; }

    /// <summary>Length of the vectors that come out.</summary>
    public long Outputs { get; }

    /// <summary>[n, inputs] to [n, outputs].</summary>
    public override Tensor forward(Tensor input)
    {
        using var between = fc1.forward(input);
        using var rectified = functional.relu(between);
        return fc2.forward(rectified);
    }

    /// <summary>The weights under their names in a checkpoint: prefix + "fc1.weight" ...</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Weights(string prefix = "") =>
    [
        new(prefix + "fc1.weight", fc1.weight!), new(prefix + "fc1.bias", fc1.bias!),
        new(prefix + "fc2.weight", fc2.weight!), new(prefix + "fc2.bias", fc2.bias!),
    ];

    /// <summary>Draws the weights anew, uniformly within 1/sqrt(inputs of the layer), as libtorch does, but from a stream of one's own.</summary>
    internal void Draw(RandomStream random)
    {
        using var frozen = no_grad();
        foreach (var (weight, inputs) in new (Tensor, long)[] { (fc1.weight!, Inputs), (fc1.bias!, Inputs), (fc2.weight!, Hidden), (fc2.bias!, Hidden) })
        {
            var bound = 1 / Math.Sqrt(inputs);
            var values = new float[weight.numel()];
            for (var i = 0; i < values.Length; i++) values[i] = (float)(((2 * random.Unit()) - 1) * bound);
            using var drawn = tensor(values);
            using var shaped = drawn.view(weight.shape);
            weight.copy_(shaped);
        }
    }

    /// <summary>Multiplies the output by a number, by scaling the second layer.</summary>
    public void ScaleOutput(double factor)
    {
        using var frozen = no_grad();
        fc2.weight!.mul_(factor);
        fc2.bias!.mul_(factor);
    }

    /// <summary>Multiplies the second layer's matrix by a number and leaves its bias.</summary>
    public void ScaleSecondLayer(double factor)
    {
        using var frozen = no_grad();
        fc2.weight!.mul_(factor);
    }

    /// <summary>Copies the weights from a file written with <see cref="Weights"/>.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public void Load(SafetensorsFile file, string prefix = "")
    {
        using var frozen = no_grad();
        foreach (var (name, weight) in Weights(prefix))
        {
            using var value = Read(file, name);
            if (!value.shape.SequenceEqual(weight.shape))
                throw new InvalidDataException($"{file.Path}: {name} has shape [{string.Join(", ", value.shape)}], expected [{string.Join(", ", weight.shape)}]");
            weight.copy_(value);
        }
    }

    /// <summary>Reads the shapes (inputs, hidden, outputs) that a file holds under a prefix.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing.</exception>
    public static (long Inputs, long Hidden, long Outputs) ShapeIn(SafetensorsFile file, string prefix = "")
    {
        var (first, second) = (Shape(file, prefix + "fc1.weight"), Shape(file, prefix + "fc2.weight"));
        return (first[1], first[0], second[0]);
    }

    private static Tensor Read(SafetensorsFile file, string name)
    {
        Shape(file, name);
        return file.Read(name);
    }

    private static long[] Shape(SafetensorsFile file, string name) => file.Names.Contains(name)
        ? [.. file.Shape(name)]
        : throw new InvalidDataException($"{file.Path}: the tensor \"{name}\" is missing; it holds {string.Join(", ", file.Names)}");
}
