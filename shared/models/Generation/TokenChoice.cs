using System.Numerics.Tensors;

namespace MindBridge.Models;

/// <summary>Chooses one row's next token from its logits; keeps the row's own random state and the tokens it has seen.</summary>
internal sealed class TokenChoice(GenerationSettings settings, IEnumerable<int> prompt)
{
    private readonly HashSet<int>? _seen = settings.RepetitionPenalty != 1 ? [.. prompt] : null;
    private ulong _state = (ulong)settings.Seed;
    private int[] _order = [];
    private float[] _weights = [];

    /// <summary>Greedy without any change to the logits: the caller may as well take the largest on the device.</summary>
    public static bool IsPlain(GenerationSettings settings) => settings is { Temperature: 0, RepetitionPenalty: 1 };

    /// <summary>The next token. <paramref name="logits"/> [vocabulary] are changed in place.</summary>
    public int Next(Span<float> logits)
    {
        if (_seen is not null)
        {
            var penalty = (float)settings.RepetitionPenalty;
            foreach (var token in _seen)
                if ((uint)token < (uint)logits.Length) logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }
        var chosen = settings.Temperature == 0 ? TensorPrimitives.IndexOfMax(logits) : Draw(logits);
        _seen?.Add(chosen);
        return chosen;
    }

    private int Draw(Span<float> logits)
    {
        var count = logits.Length;
        var limited = (settings.TopK > 0 && settings.TopK < count) || settings.TopP < 1;
        if (_order.Length < count) (_order, _weights) = (new int[count], new float[count]);
        var weights = _weights.AsSpan(0, count);
        // exp((logit - largest) / temperature): no overflow however small the temperature.
        var largest = TensorPrimitives.Max(logits);
        for (var i = 0; i < count; i++) weights[i] = (float)Math.Exp((logits[i] - largest) / settings.Temperature);
        var order = _order.AsSpan(0, count);
        if (limited)
        {
            // Equal logits keep the order of their ids, so that the result never depends on how sorting breaks ties.
            for (var i = 0; i < count; i++) order[i] = i;
            MemoryExtensions.Sort(order, new ByWeight(_weights));
            if (settings.TopK > 0) count = Math.Min(count, settings.TopK);
        }
        double total = 0;
        for (var i = 0; i < count; i++) total += weights[limited ? order[i] : i];
        if (settings.TopP < 1)
        {
            double sum = 0;
            var kept = 0;
            while (kept < count && (kept == 0 || sum < settings.TopP * total)) sum += weights[order[kept++]];
            (count, total) = (kept, sum);
        }
        var target = Uniform() * total;
        for (var i = 0; i < count; i++)
        {
            var token = limited ? order[i] : i;
            target -= weights[token];
            if (target < 0) return token;
        }
        return limited ? order[0] : TensorPrimitives.IndexOfMax(logits);
    }

    // SplitMix64: small, well mixed, and the same on every machine and runtime.
    private double Uniform()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    private readonly struct ByWeight(float[] weights) : IComparer<int>
    {
        public int Compare(int x, int y) => weights[y].CompareTo(weights[x]) is var order && order != 0 ? order : x.CompareTo(y);
    }
}
