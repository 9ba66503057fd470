using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MindBridge.Models;

/// <summary>The elementwise functions that configurations name.</summary>
internal static class Activation
{
    public static Func<Tensor, Tensor> Named(string name) => name switch
    {
        "gelu" => x => Gelu.Fits(x) ? Gelu.Of(x, approximate: false) : functional.gelu(x),
        "gelu_new" or "gelu_fast" or "gelu_pytorch_tanh" => GeluTanh,
        "silu" or "swish" => x => functional.silu(x),
        "relu" => x => functional.relu(x),
        _ => throw new InvalidDataException($"config.json: activation \"{name}\" is not supported; supported are gelu, gelu_new, silu and relu"),
    };

    /// <summary>The tanh approximation of GELU: 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), which is x · sigmoid(2 √(2/π) (x + 0.044715 x³)).</summary>
    public static Tensor GeluTanh(Tensor x)
    {
        if (Gelu.Fits(x)) return Gelu.Of(x, approximate: true);
        const double Linear = 1.5957691216057308;
        const double Cubic = Linear * 0.044715;
        using var square = x.mul(x);
        using var factor = square.mul_(Cubic).add_(Linear);
        using var inner = factor.mul(x);
        using var gate = inner.sigmoid_();
        return x.mul(gate);
    }
}
