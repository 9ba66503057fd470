using System.CommandLine;
using MindBridge.LocalServers;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge down</c>: ends what <c>up</c> started and nothing else.</summary>
internal static class DownCommand
{
    private const int Terminate = 15;

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var command = new Command("down", "Stop the platform that `mindbridge up` started. Work in progress is handed back and goes on at the next `up`; data, artifacts and keys stay.") { home };
        command.SetAction(async (parsed, _) =>
        {
            var at = PlatformHome.Of(parsed.GetValue(home));
            if (!await StopAsync(at)) AnsiConsole.WriteLine($"No platform runs below {at.Folder}.");
            return 0;
        });
        return command;
    }

    /// <summary>Ends a platform with everything it started.</summary>
    /// <returns>False when none ran.</returns>
    public static async Task<bool> StopAsync(PlatformHome home)
    {
        var supervisor = home.RunningSupervisor();
        if (supervisor is { } running)
        {
            await Console.Error.WriteLineAsync("stopping; a training in progress saves its checkpoint first");
            await ServerProcess.EndLeftoverAsync(running, PlatformHome.Mark, home.Folder, Terminate, TimeSpan.FromSeconds(90));
        }

        // Whatever outlived its supervisor.
        await home.EndLeftoversAsync();
        home.ForgetSupervisor();
        return supervisor is not null;
    }
}
