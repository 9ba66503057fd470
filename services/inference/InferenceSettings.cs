using MindBridge.Inference.CallingVllm;

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

    /// <summary>Texts that one LLM version writes at a time; fewer where <see cref="CacheMegabytes"/> does not hold as many.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>The most tokens of a prompt with its answer; fewer where the LLM takes fewer.</summary>
    public int Positions { get; init; } = 4096;

    /// <summary>What the keys and values of one LLM version's texts may take, in MB.</summary>
    public int CacheMegabytes { get; init; } = 2048;

    /// <summary>Tokens of new prompts that are read in one step: more begin sooner, and hold up those that run for longer.</summary>
    public int PromptTokens { get; init; } = 256;

    /// <summary>Prompts whose reading by a memory's encoder is kept.</summary>
    public int KeptPrompts { get; init; } = 1024;

    /// <summary>The longest a request may take, loading, reading its prompt and waiting included; each probe of a turn of scores has as much.</summary>
    public TimeSpan LongestRequest { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The type that an LLM's weights are kept in.</summary>
    public ComputeType ComputeType { get; init; } = ComputeType.Float32;

    /// <summary>Loads what is in service before the service says it is ready.</summary>
    public bool WarmUp { get; init; } = true;

    /// <summary>Requests of one tenant that may wait for one LLM version; more are refused.</summary>
    public int MostWaiting { get; init; } = 64;

    /// <summary>The most tokens a request may ask for.</summary>
    public int MostTokens { get; init; } = 1024;

    /// <summary>Probes scored in one turn; between two turns others have theirs.</summary>
    public int ScoreBatch { get; init; } = 32;

    /// <summary>LLM versions that are in vLLM servers.</summary>
    public IReadOnlyList<VllmSettings> Vllm { get; init; } = [];

    /// <exception cref="ArgumentException">A setting is out of bounds; the message names it.</exception>
    internal InferenceSettings Checked()
    {
        Least(nameof(KeptBridges), KeptBridges, 0);
        Least(nameof(KeptEncoders), KeptEncoders, 0);
        Least(nameof(Slots), Slots, 1);
        Least(nameof(Positions), Positions, 2);
        Least(nameof(CacheMegabytes), CacheMegabytes, 1);
        Least(nameof(PromptTokens), PromptTokens, 1);
        Least(nameof(KeptPrompts), KeptPrompts, 0);
        Least(nameof(MostWaiting), MostWaiting, 1);
        Least(nameof(MostTokens), MostTokens, 1);
        Least(nameof(ScoreBatch), ScoreBatch, 1);
        for (var place = 0; place < Vllm.Count; place++) Vllm[place].Check(place);
        if (Vllm.GroupBy(v => v.Llm, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new ArgumentException($"Inference:Vllm names {twice.Key} {twice.Count()} times; give each LLM version one server, or put a load balancer before several");
        if (Look <= TimeSpan.Zero) throw new ArgumentException($"Inference:Look is {Look}; give a time above zero, for example 00:00:02");
        if (LongestRequest <= TimeSpan.Zero) throw new ArgumentException($"Inference:LongestRequest is {LongestRequest}; give a time above zero, for example 00:02:00");
        return this;
    }

    private static void Least(string name, int value, int least)
    {
        if (value < least) throw new ArgumentException($"Inference:{name} is {value}; give {least} or more");
    }
}
