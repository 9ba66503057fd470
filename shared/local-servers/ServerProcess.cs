using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MindBridge.LocalServers;

/// <summary>A server as a process of ours, with what it forks in a session of its own: ending it ends all of it and nothing else.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int Kill = 9;
    private readonly Process process;
    private readonly string name;
    private readonly Queue<string> lastWords = new();

    private ServerProcess(Process process, string name) => (this.process, this.name) = (process, name);

    /// <summary>Its number, which is its session's too.</summary>
    public int Id => process.Id;

    /// <summary>Ends with the process.</summary>
    public Task Ended => process.WaitForExitAsync();

    /// <summary>Starts a command as the given user, which needs to be root's word; null keeps the present user.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="user">As whom.</param>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="log">A file that takes what it says, also after this process has ended; null keeps its last words for errors.</param>
    public static ServerProcess Start(string name, string? user, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? log = null)
    {
        if (log is not null) (program, arguments) = ("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", log, program, .. arguments]);
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in As(user).Append(program).Concat(arguments)) start.ArgumentList.Add(argument);
        foreach (var (variable, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal)) start.Environment[variable] = value;
        var server = new ServerProcess(new Process { StartInfo = start }, name);
        server.process.OutputDataReceived += (_, line) => server.Heard(line.Data);
        server.process.ErrorDataReceived += (_, line) => server.Heard(line.Data);
        server.process.Start();
        server.process.BeginOutputReadLine();
        server.process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <exception cref="IOException">It failed; the message has its last words.</exception>
    public static async Task RunAsync(string name, string? user, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var command = Start(name, user, program, arguments);
        await command.process.WaitForExitAsync(cancellationToken);
        if (command.process.ExitCode != 0) throw new IOException($"{name} failed: {command.LastWords()}");
    }

    /// <summary>Waits until the server answers; one that does not, or that nobody waits for any more, is killed.</summary>
    /// <exception cref="IOException">It ended, or did not answer in time; the message has its last words.</exception>
    public async Task UntilAsync(Func<CancellationToken, Task<bool>> answers, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var answered = false;
        try
        {
            while (!(answered = await answers(cancellationToken)))
            {
                if (process.HasExited) throw new IOException($"{name} ended while it started: {LastWords()}");
                if (Stopwatch.GetElapsedTime(began) > patience) throw new IOException($"{name} did not answer within {patience.TotalSeconds:0} s: {LastWords()}");
                await Task.Delay(50, cancellationToken);
            }
        }
        finally
        {
            if (!answered) await KillAsync();
        }
    }

    /// <summary>Sends a signal to the server alone and waits for its end, or kills its whole session.</summary>
    public async Task StopAsync(int signal, TimeSpan patience)
    {
        if (process.HasExited) return;
        _ = Signal(process.Id, signal);
        using var limit = new CancellationTokenSource(patience);
        await process.WaitForExitAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        await KillAsync();
    }

    /// <summary>Ends a process, with its session, that an earlier owner left behind; one that does not carry the mark in its environment is not ours and stays.</summary>
    /// <returns>True when there was one.</returns>
    public static async Task<bool> EndLeftoverAsync(int id, string variable, string value, int signal, TimeSpan patience)
    {
        if (!IsOurs(id, variable, value)) return false;
        _ = Signal(id, signal);
        for (var began = Stopwatch.GetTimestamp(); IsOurs(id, variable, value) && Stopwatch.GetElapsedTime(began) < patience;) await Task.Delay(50);
        _ = Signal(-id, Kill);
        return true;
    }

    /// <summary>Whether a process of this number runs and carries the mark.</summary>
    public static bool IsOurs(int id, string variable, string value)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Split('\0').Contains($"{variable}={value}", StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Kills the server and everything it forked, as a crash would.</summary>
    public async Task KillAsync()
    {
        _ = Signal(-process.Id, Kill);
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private static IEnumerable<string> As(string? user) => user is null ? [] : ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", "--"];

    private void Heard(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (lastWords)
        {
            lastWords.Enqueue(line.Trim());
            if (lastWords.Count > 8) lastWords.Dequeue();
        }
    }

    private string LastWords()
    {
        lock (lastWords) return string.Join(" | ", lastWords);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
