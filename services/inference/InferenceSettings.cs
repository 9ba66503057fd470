namespace MindBridge.Inference;

/// <summary>How answers are given; the configuration section <c>Inference</c>.</summary>
public sealed record InferenceSettings
{
    /// <summary>How often the catalogue and the champions are asked for; events only make it quicker.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between two attempts to load a champion that would not load.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bridges kept loaded though nobody uses them, such as the champion before the last: a roll-back to one of them is instant.</summary>
    public int KeptBridges { get; init; } = 4;

    /// <summary>Memory encoders kept loaded though no bridge uses them.</summary>
    public int KeptEncoders { get; init; } = 2;

    /// <summary>Requests of one tenant that may wait for one LLM version; more are refused.</summary>
    public int MostWaiting { get; init; } = 64;

    /// <summary>The most tokens a request may ask for.</summary>
    public int MostTokens { get; init; } = 1024;

    /// <summary>Probes scored in one turn; between two turns others have theirs.</summary>
    public int ScoreBatch { get; init; } = 32;

    /// <exception cref="ArgumentException">A setting is out of bounds; the message names it.</exception>
    internal InferenceSettings Checked()
    {
        Least(nameof(KeptBridges), KeptBridges, 0);
        Least(nameof(KeptEncoders), KeptEncoders, 0);
        Least(nameof(MostWaiting), MostWaiting, 1);
        Least(nameof(MostTokens), MostTokens, 1);
        Least(nameof(ScoreBatch), ScoreBatch, 1);
        if (Look <= TimeSpan.Zero) throw new ArgumentException($"Inference:Look is {Look}; give a time above zero, for example 00:00:02");
        return this;
    }

    private static void Least(string name, int value, int least)
    {
        if (value < least) throw new ArgumentException($"Inference:{name} is {value}; give {least} or more");
    }
}
