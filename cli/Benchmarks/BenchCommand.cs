using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace MindBridge.Cli.Benchmarks;

/// <summary><c>mindbridge bench [NAME] [--json]</c>.</summary>
internal static class BenchCommand
{
    // One file a benchmark; add it here.
    private static readonly Benchmark[] s_all = [EngineBenchmark.Create(), MethodBenchmark.Create(), GrpcBenchmark.Create(), IngestBenchmark.Create(), SearchBenchmark.Create(), ServeBenchmark.Create()];

    public static Command Create()
    {
        var name = new Argument<string?>("NAME")
        {
            Description = "Which benchmark; all of them if left out. " + string.Join(" ", s_all.Select(b => $"{b.Name}: {b.Description}")),
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "Print one {\"name\",\"ours\",\"peer\",\"ratio\",\"bar\",\"unit\"} a line; bar is null where a figure is only reported." };
        var only = new Option<string?>("--only") { Description = "Only the measures whose name contains this." };
        var cpu = new Option<bool>("--cpu") { Description = "Count processor time instead of wall time: steadier while other programs are running." };
        var command = new Command("bench", "Measure speed side by side with a peer, interleaved on this machine. Exits with 1 where a ratio falls short of its bar.") { name, json, only, cpu };
        command.SetAction((result, cancellation) =>
        {
            var wanted = result.GetValue(name);
            var chosen = s_all.Where(b => wanted is null || string.Equals(b.Name, wanted, StringComparison.OrdinalIgnoreCase)).ToList();
            if (chosen.Count == 0) throw new ArgumentException($"there is no benchmark \"{wanted}\"; there are {string.Join(", ", s_all.Select(b => b.Name))}");
            Selection = result.GetValue(only);
            Clock.CountsProcessorTime = result.GetValue(cpu);
            var (measured, short_) = (0, 0);
            foreach (var measure in chosen.SelectMany(b => b.Run(Tell, cancellation)))
            {
                measured++;
                if (!measure.Passed) short_++;
                Console.WriteLine(result.GetValue(json) ? Json(measure) : Line(measure));
            }
            if (measured == 0) throw new ArgumentException($"no measure's name contains \"{Selection}\"; without --only all are taken");
            return Task.FromResult(short_ == 0 ? 0 : 1);
        });
        return command;
    }

    /// <summary>Whether a measure is wanted (<c>--only</c>).</summary>
    public static bool Wants(string measure) => Selection is null || measure.Contains(Selection, StringComparison.OrdinalIgnoreCase);

    private static string? Selection { get; set; }

    private static void Tell(string what) => Console.Error.WriteLine(what);

    private static string Json(Measure m) => JsonSerializer.Serialize(new { name = m.Name, ours = m.Ours, peer = m.Peer, ratio = m.Ratio, bar = m.Bar, unit = m.Unit });

    private static string Line(Measure m) => string.Create(CultureInfo.InvariantCulture,
        $"{m.Name,-34} ours {m.Ours,10:0.##} peer {m.Peer,10:0.##} {m.Unit,-9} ratio {m.Ratio:0.000} {(m.Bar is { } bar ? $"bar {bar:0.00} {(m.Passed ? "held" : "MISSED")}" : "(reported)")}");
}
