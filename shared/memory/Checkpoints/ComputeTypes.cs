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

    /// <summary>Refuses a device that is not there.</summary>
    /// <exception cref="ArgumentException">It is no device, or libtorch does not see it.</exception>
    internal static void RequireDevice(string name)
    {
        if (name is not "cpu" && !(name is "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name[5..], out var index) && index >= 0)))
            throw new ArgumentException($"device is \"{name}\"; it must be cpu, cuda or cuda:N");
        if (name is not "cpu" && !torch.cuda.is_available()) throw new ArgumentException($"device is \"{name}\", but libtorch sees no GPU here; give cpu, or install a libtorch with CUDA and the driver");
    }

    private static bool HasBFloat16Products()
    {
        if (!Avx512BW.IsSupported) return false;
        var (eax, _, _, _) = X86Base.CpuId(7, 1);
        var (_, _, _, edx) = X86Base.CpuId(7, 0);
        return (eax & (1 << 5)) != 0 || (edx & (1 << 22)) != 0;
    }
}
