using System.Globalization;
using MindBridge.LocalServers;

namespace MindBridge.Cli.Platform;

/// <summary>
/// Keeps the local platform running: Postgres and RabbitMQ where the user brings none, and the five services, each a process of its own that is started again when it
/// ends, after a longer pause each time it does so at once.
/// </summary>
internal sealed class Supervisor(PlatformHome home, PlatformFile platform)
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Steady = TimeSpan.FromSeconds(20), LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Runs until it is asked to end, then ends what it started.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Environment.SetEnvironmentVariable(PlatformHome.Mark, home.Folder);
        await home.EndLeftoversAsync();
        LocalPostgres? postgres = null;
        LocalRabbitMq? rabbitMq = null;
        // Both at once; whichever fails, the other is ended with us.
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var broker = platform.RabbitMq is null ? LocalRabbitMq.OpenAsync(home.RabbitMq, starting.Token) : null;
        try
        {
            if (platform.Postgres is null) postgres = await LocalPostgres.OpenAsync(home.Postgres, cancellationToken);
            if (broker is not null) rabbitMq = await broker;
            NoteServers(postgres, rabbitMq);
            var roles = postgres is null ? null : await PlatformRoles.PrepareAsync(postgres.ConnectionString, platform.ServiceKey, cancellationToken);
            var bus = platform.RabbitMq ?? rabbitMq!.Address;
            List<Task> kept = [.. ServiceNames.All.Select(service => KeepServiceAsync(service, platform.Postgres ?? roles!.GetValueOrDefault(service, ""), bus, cancellationToken))];
            if (postgres is not null) kept.Add(KeepAsync("Postgres", () => postgres.Ended, postgres.RestartAsync, () => NoteServers(postgres, null), cancellationToken));
            if (rabbitMq is not null) kept.Add(KeepAsync("RabbitMQ", () => rabbitMq.Ended, rabbitMq.RestartAsync, () => NoteServers(null, rabbitMq), cancellationToken));
            Say("running");
            await Task.WhenAll(kept);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to end while it started.
        }
        finally
        {
            await starting.CancelAsync();
            if (broker is not null && await Task.WhenAny(broker) is { IsCompletedSuccessfully: true } started) await (await started).DisposeAsync();
            if (postgres is not null) await postgres.DisposeAsync();
            foreach (var server in (string[])["postgres", "rabbitmq", "epmd"]) home.Forget(server);
            Say("ended");
        }
    }

    private void NoteServers(LocalPostgres? postgres, LocalRabbitMq? rabbitMq)
    {
        if (postgres is not null) home.Note("postgres", postgres.Process);
        if (rabbitMq is null) return;
        home.Note("rabbitmq", rabbitMq.Processes[0]);
        home.Note("epmd", rabbitMq.Processes[1]);
    }

    private async Task KeepServiceAsync(string service, string postgres, string rabbitMq, CancellationToken cancellationToken)
    {
        // By environment: a command line is everybody's to read.
        var settings = ServiceSettings.Of(service, platform, home, postgres, rabbitMq).ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);
        for (var failures = 0; !cancellationToken.IsCancellationRequested;)
        {
            var began = TimeProvider.System.GetTimestamp();
            var (program, arguments) = ThisProgram.With("service", service);
            await using var process = ServerProcess.Start(service, null, program, arguments, settings, home.LogOf(service));
            home.Note(service, process.Id);
            await Task.WhenAny(process.Ended, Task.Delay(Timeout.Infinite, cancellationToken));
            if (cancellationToken.IsCancellationRequested)
            {
                await process.StopAsync(Terminate, Patience);
                home.Forget(service);
                return;
            }

            failures = TimeProvider.System.GetElapsedTime(began) > Steady ? 0 : failures + 1;
            await PauseAsync(service, failures, cancellationToken);
        }
    }

    private static async Task KeepAsync(string server, Func<Task> ended, Func<CancellationToken, Task> restart, Action started, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            await Task.WhenAny(ended(), Task.Delay(Timeout.Infinite, cancellationToken));
            if (cancellationToken.IsCancellationRequested) return;
            await PauseAsync(server, failures, cancellationToken);
            if (cancellationToken.IsCancellationRequested) return;
            try
            {
                await restart(cancellationToken);
                started();
                failures = 0;
            }
            catch (IOException e)
            {
                Say($"{server}: {e.Message}");
                failures++;
            }
        }
    }

    private static async Task PauseAsync(string what, int failures, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, 0.25 * Math.Pow(2, failures)));
        Say(string.Create(CultureInfo.InvariantCulture, $"{what} ended; starting it again in {pause.TotalSeconds:0.#} s"));
        await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Say(string text) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} {text}"));
}
