using static TorchSharp.torch;

namespace MindBridge.Models;

/// <summary>Which values of a head turn together.</summary>
internal enum Pairing
{
    /// <summary>Value i with value i + half (Llama as Hugging Face stores it).</summary>
    Halves,

    /// <summary>Value 2i with value 2i + 1 (GPT-J).</summary>
    Neighbours,
}

/// <summary>
/// Rotary position embedding (RoFormer): pair i of a head is turned by position · frequency i. Values that no pair covers stay as they are.
/// Written as x · cos + swapped(x) · sin, with the sign of the swap folded into the table.
/// </summary>
internal sealed class Rotary(double[] frequencies, int headWidth, Pairing pairing)
{
    private Tensor? _cos;
    private Tensor? _sin;

    /// <summary>Turns x [rows·length, heads, width] and returns it in the same shape and type.</summary>
    public Tensor Turn(Tensor x, Batch batch)
    {
        using var scope = NewDisposeScope();
        Prepare(batch.Total, x.device);
        var turned = batch.Positions is { } positions
            ? Turn(x, _cos!.index_select(0, positions).unsqueeze(1), _sin!.index_select(0, positions).unsqueeze(1))
            : Repeat(x, batch);
        return turned.MoveToOuterDisposeScope();
    }

    /// <summary>Turns the first <paramref name="heads"/> heads of each row [rows, <paramref name="stride"/>] (one token a row, float32, on the CPU) where they lie.</summary>
    public void TurnInPlace(Tensor x, Batch batch, int heads, int stride)
    {
        Prepare(batch.Total, x.device);
        var values = CpuKernels.Floats(x);
        var cos = CpuKernels.Floats(_cos!);
        var sin = CpuKernels.Floats(_sin!);
        var positions = batch.Positions is { } ids ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(ids.bytes) : default;
        var (step, second) = pairing == Pairing.Halves ? (1, headWidth / 2) : (2, 1);
        for (var row = 0; row < batch.Rows; row++)
        {
            var at = (int)(positions.IsEmpty ? batch.Past : positions[row]) * headWidth;
            var c = cos.Slice(at, headWidth);
            var s = sin.Slice(at, headWidth);
            for (var head = 0; head < heads; head++)
            {
                var h = values.Slice(row * stride + head * headWidth, headWidth);
                for (var i = 0; i < step * (headWidth / 2); i += step)
                {
                    var (a, b) = (h[i], h[i + second]);
                    h[i] = a * c[i] + b * s[i];
                    h[i + second] = b * c[i + second] + a * s[i + second];
                }
            }
        }
    }

    private Tensor Repeat(Tensor x, Batch batch)
    {
        var cos = _cos!.narrow(0, batch.Past, batch.Length).unsqueeze(1);
        var sin = _sin!.narrow(0, batch.Past, batch.Length).unsqueeze(1);
        if (batch.Rows == 1 || batch.Length == 1) return Turn(x, cos, sin);
        var shape = x.shape;
        return Turn(x.view(batch.Rows, batch.Length, shape[1], shape[2]), cos, sin).view(shape);
    }

    private Tensor Turn(Tensor x, Tensor cos, Tensor sin)
    {
        var type = x.dtype;
        if (type != ScalarType.Float32) x = x.to_type(ScalarType.Float32);
        var turned = x.mul(cos).add_(Swap(x).mul_(sin));
        return type == ScalarType.Float32 ? turned : turned.to_type(type);
    }

    private Tensor Swap(Tensor x)
    {
        if (pairing == Pairing.Halves) return x.roll(headWidth / 2, -1);
        var shape = x.shape;
        return x.reshape([.. shape[..^1], headWidth / 2, 2]).flip(-1).view(shape);
    }

    // Tables of [positions, width], grown on demand; angles in double so that far positions keep their precision.
    private void Prepare(int total, Device device)
    {
        if (_cos is not null && _cos.shape[0] >= total && _cos.device_type == device.type) return;
        var positions = Math.Max(256, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)total));
        var (cos, sin) = (new float[positions * headWidth], new float[positions * headWidth]);
        Array.Fill(cos, 1f);
        for (var p = 0; p < positions; p++)
        {
            for (var i = 0; i < frequencies.Length; i++)
            {
                var (first, second) = pairing == Pairing.Halves ? (i, i + headWidth / 2) : (2 * i, 2 * i + 1);
                var (s, c) = Math.SinCos((float)p * (float)frequencies[i]);
                cos[p * headWidth + first] = cos[p * headWidth + second] = (float)c;
                sin[p * headWidth + first] = (float)-s;
                sin[p * headWidth + second] = (float)s;
            }
        }
        _cos?.Dispose();
        _sin?.Dispose();
        _cos = tensor(cos, device: device).view(positions, headWidth).DetachFromDisposeScope();
        _sin = tensor(sin, device: device).view(positions, headWidth).DetachFromDisposeScope();
    }
}
