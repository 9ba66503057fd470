namespace MindBridge.Cli.Benchmarks;

/// <summary>One figure of a benchmark: ours beside the peer's, both the higher the better.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Ours">Our figure.</param>
/// <param name="Peer">The peer's figure, taken side by side.</param>
/// <param name="Bar">The least ratio that will do; null where the figure is only reported.</param>
/// <param name="Unit">Of both figures.</param>
internal sealed record Measure(string Name, double Ours, double Peer, double? Bar, string Unit)
{
    public double Ratio => Ours / Peer;

    public bool Passed => Bar is not { } bar || Ratio >= bar;
}

/// <summary>A set of measures that are taken together.</summary>
/// <param name="Name">What <c>mindbridge bench NAME</c> calls it.</param>
/// <param name="Description">One line for <c>--help</c>.</param>
/// <param name="Run">Takes the measures one after another; the action is told what is going on.</param>
internal sealed record Benchmark(string Name, string Description, Func<Action<string>, CancellationToken, IEnumerable<Measure>> Run);
