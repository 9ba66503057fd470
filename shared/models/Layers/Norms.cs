using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MindBridge.Models;

/// <summary>Layer normalisation of the float32 residual stream, [n, width] to [n, width]; always in float32.</summary>
internal sealed class LayerNorm(Weight scale, Weight shift, double epsilon)
{
    public Tensor Apply(Tensor x) => functional.layer_norm(x, scale.Shape, scale.As(ScalarType.Float32), shift.As(ScalarType.Float32), epsilon);

    /// <summary>Of stream + mask · branch, where <see cref="ResidualNorm"/> fits.</summary>
    public Tensor Apply(Tensor stream, Tensor branch, DropoutMask? mask) => ResidualNorm.Of(stream, branch, scale.As(ScalarType.Float32), shift.As(ScalarType.Float32), epsilon, mask);
}

/// <summary>x / rms(x) · scale, [n, width] to [n, width]; always in float32.</summary>
internal sealed class RmsNorm(Weight scale, double epsilon)
{
    public Tensor Apply(Tensor x)
    {
        if (CpuKernels.CanReplace(x)) return CpuKernels.RmsNorm(x, scale.As(ScalarType.Float32), epsilon);
        using var square = x.square();
        using var mean = square.mean([-1L], true);
        using var inverse = mean.add_(epsilon).rsqrt();
        using var normal = x.mul(inverse);
        return normal.mul(scale.As(ScalarType.Float32));
    }
}
