using MindBridge.Evaluator.MeasuringAbility;

namespace MindBridge.Evaluator.Gating;

/// <summary>How scores may be taken, as inference names it, and how they are read: in which unit, which way is better, and what counts as a hit. Those of different protocols are never compared.</summary>
internal static class ScoringProtocol
{
    /// <summary>Mean KL in nats: the less the better, and no share of hits.</summary>
    public const string Divergence = "divergence";

    /// <summary>Tasks that no edit is about. Not one of those that a bridge is scored under: it has questions of its own.</summary>
    public const string GeneralAbility = "general-ability";

    private const string Percent = "%", Nats = "nats", PerplexityAWord = "perplexity a word";

    /// <summary>Those that a gate can ask for: a gate in percent needs a protocol that counts hits, and one that leaks no answer to the encoder.</summary>
    public static IReadOnlyList<string> Gating { get; } = ["generate-exact", "generate-prefix", "teacher-forced-token", "probability"];

    /// <summary>All that a bridge can be scored under.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Gating, Divergence, "paper-teacher-forced"];

    /// <summary>Of these less is better: a protocol, whatever is asked, and a task.</summary>
    public static IReadOnlyList<string> LessIsBetter { get; } = [Divergence, AbilityTask.Perplexity];

    /// <summary>True when a gate can ask for it.</summary>
    public static bool CanGate(string protocol) => Gating.Contains(protocol, StringComparer.Ordinal);

    /// <summary>"%", "nats", or "perplexity a word".</summary>
    /// <param name="protocol">How it was taken.</param>
    /// <param name="figure">A figure, a task, or a kind of probe.</param>
    public static string UnitOf(string protocol, string figure = "") => protocol == Divergence ? Nats : figure == AbilityTask.Perplexity ? PerplexityAWord : Percent;

    /// <summary>What a value of a probe is multiplied with to be read in the protocol's unit.</summary>
    public static double ScaleOf(string protocol) => protocol == Divergence ? 1 : 100;

    /// <summary>How much better the second of two values is; negative where it is worse.</summary>
    /// <inheritdoc cref="UnitOf"/>
    public static double Gain(string protocol, string figure, double first, double second) => IsLessBetter(protocol, figure) ? first - second : second - first;

    /// <summary>True of a probe that could come out no better. Between hit and miss lie parts of an answer, and every nat.</summary>
    /// <inheritdoc cref="UnitOf"/>
    public static bool IsHit(string protocol, string figure, double value) => IsLessBetter(protocol, figure) ? value <= 0 : value >= 1;

    /// <exception cref="ArgumentException">There is none of that name, or it can be no gate's.</exception>
    public static string Checked(string where, string protocol, bool forGate)
    {
        var allowed = forGate ? Gating : All;
        return allowed.Contains(protocol, StringComparer.Ordinal) ? protocol : throw new ArgumentException($"{where} is \"{protocol}\"; give one of {string.Join(", ", allowed)}");
    }

    private static bool IsLessBetter(string protocol, string figure) => LessIsBetter.Contains(protocol, StringComparer.Ordinal) || LessIsBetter.Contains(figure, StringComparer.Ordinal);
}
