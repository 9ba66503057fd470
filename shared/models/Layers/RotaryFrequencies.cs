namespace MindBridge.Models;

/// <summary>Radians a position adds to each pair of values.</summary>
internal static class RotaryFrequencies
{
    /// <summary><paramref name="width"/> / 2 frequencies, base^(-2i/width), stretched as <paramref name="scaling"/> says.</summary>
    public static double[] Of(int width, double rotaryBase, RotaryScaling? scaling)
    {
        var frequencies = new double[width / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            var frequency = 1 / Math.Pow(rotaryBase, 2.0 * i / width);
            frequencies[i] = scaling?.Kind switch
            {
                "linear" => frequency / scaling.Factor,
                "llama3" => Llama3(frequency, scaling),
                _ => frequency,
            };
        }
        return frequencies;
    }

    // Fast pairs tell neighbours apart and stay; slow ones are stretched in full; those between, in proportion (Llama 3.1).
    private static double Llama3(double frequency, RotaryScaling scaling)
    {
        var turns = scaling.Original * frequency / (2 * Math.PI);
        if (turns < scaling.LowFactor) return frequency / scaling.Factor;
        if (turns > scaling.HighFactor) return frequency;
        var smooth = (turns - scaling.LowFactor) / (scaling.HighFactor - scaling.LowFactor);
        return (1 - smooth) * frequency / scaling.Factor + smooth * frequency;
    }
}
