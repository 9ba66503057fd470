using System.Runtime.Intrinsics.X86;
using MindBridge.Models;
using TorchSharp;

namespace MindBridge.Memory.Checkpoints;

/// <summary>Which number type the processor multiplies fastest.</summary>
public static class ComputeTypes
{
    /// <summary>
    /// BFloat16 on a GPU and on processors with AVX-512 BF16 or AMX, where oneDNN is about 3.5 times faster in it; Float32 on others, where bfloat16 falls back to scalar code
    /// (measured: 20 times slower).
    /// </summary>
    public static torch.ScalarType FastestOn(torch.Device device) =>
        device.type != DeviceType.CPU || HasBFloat16Products() ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    /// <summary>
    /// Threads for libtorch where none are asked for. Products in bfloat16 on the CPU are oneDNN's, which takes libtorch's threads: all cores. Those in float32 are BLAS's, whose threads are its own, and
    /// libtorch keeps what it has.
    /// </summary>
    internal static int ThreadsFor(torch.ScalarType type, torch.Device device) =>
        type is torch.ScalarType.BFloat16 && device.type is DeviceType.CPU ? Math.Max(torch.get_num_threads(), Cores.Count) : torch.get_num_threads();

    private static bool HasBFloat16Products()
    {
        if (!Avx512BW.IsSupported) return false;
        var (eax, _, _, _) = X86Base.CpuId(7, 1);
        var (_, _, _, edx) = X86Base.CpuId(7, 0);
        return (eax & (1 << 5)) != 0 || (edx & (1 << 22)) != 0;
    }
}
