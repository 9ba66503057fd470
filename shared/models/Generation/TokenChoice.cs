using System.Numerics.Tensors;

namespace MindBridge.Models;

/// <summary>Chooses one text's next token from its logits; keeps the text's own random state and the tokens it has seen.</summary>
/// <param name="settings">Temperature, top-k, top-p, penalties and seed count.</param>
/// <param name="prompt">Tokens that the repetition penalty counts as seen.</param>
public sealed class TokenChoice(GenerationSettings settings, IEnumerable<int> prompt)
{
    // What is less likely than this part of the likeliest token is looked at only where the rest does not reach top-p.
    private const float Unlikely = 1e-4f;

    private readonly HashSet<int>? _seen = settings.RepetitionPenalty != 1 ? [.. prompt] : null;
    private readonly Dictionary<int, int>? _made = settings is { PresencePenalty: 0, FrequencyPenalty: 0 } ? null : [];
    private ulong _state = (ulong)settings.Seed;
    private int[] _order = [];
    private float[] _weights = [];

    /// <summary>Greedy without any change to the logits: the caller may as well take the largest on the device.</summary>
    public static bool IsPlain(GenerationSettings settings) => settings is { Temperature: 0, RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0 };

    /// <summary>The next token. <paramref name="logits"/> [vocabulary] are changed in place.</summary>
    public int Next(Span<float> logits)
    {
        if (_seen is not null)
        {
            var penalty = (float)settings.RepetitionPenalty;
            foreach (var token in _seen)
                if ((uint)token < (uint)logits.Length) logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }
        if (_made is not null)
        {
            foreach (var (token, times) in _made)
                if ((uint)token < (uint)logits.Length) logits[token] -= (float)(settings.PresencePenalty + (times * settings.FrequencyPenalty));
        }
        var chosen = settings.Temperature == 0 ? TensorPrimitives.IndexOfMax(logits) : Draw(logits);
        _seen?.Add(chosen);
        if (_made is not null) _made[chosen] = _made.GetValueOrDefault(chosen) + 1;
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
        var scale = (float)(1 / settings.Temperature);
        if (float.IsFinite(scale))
        {
            TensorPrimitives.Subtract(logits, largest, weights);
            TensorPrimitives.Multiply(weights, scale, weights);
            TensorPrimitives.Exp(weights, weights);
        }
        else
        {
            for (var i = 0; i < count; i++) weights[i] = logits[i] < largest ? 0 : 1;
        }
        var order = _order.AsSpan(0, count);
        double total = 0;
        if (limited)
        {
            count = Sort(weights, order, Unlikely);
            if (settings.TopK > 0)
            {
                if (count < settings.TopK) count = Sort(weights, order, 0);
                count = Math.Min(count, settings.TopK);
                for (var i = 0; i < count; i++) total += weights[order[i]];
            }
            else
            {
                foreach (var weight in weights) total += weight;
                double likely = 0;
                for (var i = 0; i < count; i++) likely += weights[order[i]];
                if (likely < settings.TopP * total) count = Sort(weights, order, 0);
            }
        }
        else
        {
            foreach (var weight in weights) total += weight;
        }
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

    // The tokens of at least this weight, likeliest first; equal ones keep the order of their ids, so that the result never depends on how sorting breaks ties.
    private int Sort(Span<float> weights, Span<int> order, float least)
    {
        var count = 0;
        for (var i = 0; i < weights.Length; i++)
            if (weights[i] >= least) order[count++] = i;
        MemoryExtensions.Sort(order[..count], new ByWeight(_weights));
        return count;
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
