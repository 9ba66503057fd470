using System.Diagnostics;
using MindBridge.Models;

namespace MindBridge.Cli.Benchmarks;

/// <summary>A llama2.c-sized model (260,032 parameters) beside a small C program in llama2.c's style (tests/bench/stories_peer.c). No bar: reported.</summary>
internal static class StoriesBenchmark
{
    public static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        const string Name = "decode-stories260K-batch1";
        if (!BenchCommand.Wants(Name)) yield break;
        var peer = Compile();
        if (peer is null)
        {
            tell($"{Name}: left out, since there is no C compiler (gcc) for the peer");
            yield break;
        }
        tell($"{Name}: greedy, beside a C program");
        const int New = 240;
        using var model = CausalLanguageModel.Create(ModelConfiguration.Llama(512, 64, 5, 8, 4, 172, 512, begin: 1, end: 2, tied: true), 1);
        double Ours() => Clock.Time(() => Generator.Generate(model, [[1]], new GenerationSettings(New) { StopAtEnd = false }));
        double Peer()
        {
            using var process = Process.Start(new ProcessStartInfo(peer, [$"{New}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var seconds = double.Parse(process.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
            process.WaitForExit();
            return seconds;
        }
        var (ours, theirs) = Interleaved.Median(Ours, Peer, 9, cancellation);
        yield return new Measure(Name, New / ours, New / theirs, null, "tokens/s");
        File.Delete(peer);
    }

    private static string? Compile()
    {
        var program = Path.Combine(Path.GetTempPath(), $"mindbridge-stories-peer-{Environment.ProcessId}");
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-O3", "-march=native", "-ffast-math", "-o", program, Path.Combine(PythonPeer.Root(), "tests", "bench", "stories_peer.c"), "-lm"]))!;
            compiler.WaitForExit();
            return compiler.ExitCode == 0 ? program : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
