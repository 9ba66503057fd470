using System.Diagnostics;

namespace MindBridge.EndToEnd.Tests;

/// <summary>Runs the real command line as a user would, in a process of its own.</summary>
internal static class CommandLine
{
    /// <param name="arguments">Arguments after <c>mindbridge</c>.</param>
    /// <param name="folder">Working folder; a fresh one below the system's temporary folder when null.</param>
    /// <param name="limit">How long it may take; 2 minutes when null.</param>
    /// <param name="home">The platform's folder, for verbs that talk to one.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="input">Text for standard input; closed at once when null.</param>
    public static async Task<Outcome> RunAsync(IEnumerable<string> arguments, string? folder = null, string? input = null, TimeSpan? limit = null, string? home = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mindbridge.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        if (home is not null) start.Environment["MINDBRIDGE_HOME"] = home;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var stop = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"mindbridge {string.Join(' ', arguments)} did not end; it had printed: {await output}{await error}", e);
        }

        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>What a finished command left.</summary>
    public sealed record Outcome(int ExitCode, string Output, string Error)
    {
        public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>Asserts the house rule for bad input: one sentence, exit code 2, no stack trace.</summary>
        public void ShouldBeASentence(params string[] mentions)
        {
            ExitCode.ShouldBe(2, $"{Output}{Error}");
            Error.ShouldStartWith("mindbridge: ");
            Error.ShouldNotContain("   at ");
            foreach (var mention in mentions) Error.ShouldContain(mention);
        }
    }
}
