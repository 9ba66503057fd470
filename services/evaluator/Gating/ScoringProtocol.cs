namespace MindBridge.Evaluator.Gating;

/// <summary>How scores may be taken, as inference names it. Those of different protocols are never compared.</summary>
internal static class ScoringProtocol
{
    /// <summary>Mean KL in nats: the less the better, and no share of hits.</summary>
    public const string Divergence = "divergence";

    /// <summary>Tasks that no edit is about. Not one of those that a bridge is scored under: it has questions of its own.</summary>
    public const string GeneralAbility = "general-ability";

    // A gate in percent needs a protocol that counts hits, and one that leaks no answer to the encoder.
    private static readonly string[] s_gating = ["generate-exact", "generate-prefix", "teacher-forced-token", "probability"];
    private static readonly string[] s_measuring = ["paper-teacher-forced", Divergence];

    /// <summary>True when a gate can ask for it.</summary>
    public static bool CanGate(string protocol) => s_gating.Contains(protocol, StringComparer.Ordinal);

    /// <summary>"%", or "nats".</summary>
    public static string UnitOf(string protocol) => protocol == Divergence ? "nats" : "%";

    /// <summary>What a value of a probe is multiplied with to be read in the protocol's unit.</summary>
    public static double ScaleOf(string protocol) => protocol == Divergence ? 1 : 100;

    /// <exception cref="ArgumentException">There is none of that name, or it can be no gate's.</exception>
    public static string Checked(string where, string protocol, bool forGate)
    {
        if (forGate && !CanGate(protocol)) throw new ArgumentException($"{where} is \"{protocol}\"; give one of {string.Join(", ", s_gating)}");
        return CanGate(protocol) || s_measuring.Contains(protocol, StringComparer.Ordinal) ? protocol : throw new ArgumentException($"{where} is \"{protocol}\"; give one of {string.Join(", ", s_gating.Concat(s_measuring))}");
    }
}
