using MindBridge.Evaluator.Gating;

namespace MindBridge.Evaluator;

/// <summary>How bridges are evaluated; the configuration section <c>Evaluation</c>.</summary>
public sealed record EvaluationSettings
{
    /// <summary>How scores are taken; those of another protocol are never compared with them.</summary>
    public string Protocol { get; init; } = "generate-exact";

    /// <summary>The most probes of one evaluation; of more, a part of each kind is drawn, the same for every bridge of a memory.</summary>
    public int MostProbes { get; init; } = 1000;

    /// <summary>Probes that are scored and stored at a time: what a killed evaluation loses at most.</summary>
    public int Part { get; init; } = 32;

    /// <summary>How many points a score may lie below the champion's.</summary>
    public double MostDrop { get; init; } = 5;

    /// <summary>How often it is asked which bridges lack an evaluation; events only make it quicker.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an attempt waits for an inference service that is away or busy.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long reports of tried challengers are kept; those of a trial that runs are kept until it ends.</summary>
    public TimeSpan KeepTraffic { get; init; } = TimeSpan.FromDays(30);

    /// <exception cref="ArgumentException">A setting is out of bounds; the message names it.</exception>
    internal EvaluationSettings Checked()
    {
        ScoringProtocol.Checked("Evaluation:Protocol", Protocol, forGate: true);
        if (MostProbes < 1) throw new ArgumentException($"Evaluation:MostProbes is {MostProbes}; give 1 or more");
        if (Part is < 1 or > 1000) throw new ArgumentException($"Evaluation:Part is {Part}; give 1 to 1000");
        if (!(MostDrop >= 0 && MostDrop <= 100)) throw new ArgumentException($"Evaluation:MostDrop is {MostDrop}; give 0 to 100 points");
        if (Look <= TimeSpan.Zero) throw new ArgumentException($"Evaluation:Look is {Look}; give a time above zero, for example 00:00:30");
        if (KeepTraffic <= TimeSpan.Zero) throw new ArgumentException($"Evaluation:KeepTraffic is {KeepTraffic}; give a time above zero, for example 30.00:00:00 for thirty days");
        return this;
    }
}
