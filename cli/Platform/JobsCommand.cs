using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge jobs ...</c>: what the workers do, and what an operator can do about it.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var home = PlatformHome.Option();
        var state = new Option<string>("--state") { Description = "waiting, running, succeeded, parked or cancelled", DefaultValueFactory = _ => "" };
        var command = new Command("jobs", "Jobs of all services: what they do, how far they are, why one is parked; cancel and retry them; replay events that failed.") { state, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var table = new Table().RoundedBorder().AddColumns("job", "service", "kind", "state", "progress", "left", "attempts", "reason");
            foreach (var job in await AllAsync(clients, parsed.GetValue(state)!, cancellationToken))
                table.AddRow(job.Id, job.Service, job.Kind, job.State, Progress(job), job.HasEtaSeconds ? Short(job.EtaSeconds) : "", job.Attempts.ToString(CultureInfo.InvariantCulture), job.Reason.EscapeMarkup());
            AnsiConsole.Write(table);
            foreach (var service in ServiceNames.All)
                foreach (var letter in (await clients.OperationsOf(service).ListDeadLettersAsync(new ListDeadLettersRequest(), cancellationToken: cancellationToken)).Letters)
                    AnsiConsole.WriteLine($"dead letter {letter.Id}: {letter.Event} in {letter.Consumer}, {letter.Attempts} attempts: {letter.Reason}");
            return 0;
        }));
        command.Subcommands.Add(OnOne("cancel", "Call a job off.", home, async (operations, id, token) => $"job {id} is {(await operations.CancelJobAsync(new JobRequest { Id = id }, cancellationToken: token)).Job.State}"));
        command.Subcommands.Add(OnOne("retry", "Give a parked or cancelled job a fresh set of attempts; it goes on from its checkpoint.", home, async (operations, id, token) => $"job {id} is {(await operations.RetryJobAsync(new JobRequest { Id = id }, cancellationToken: token)).Job.State}"));
        command.Subcommands.Add(OnOne("replay", "Hand a dead letter's event to its handler again.", home, async (operations, id, token) =>
        {
            await operations.ReplayDeadLetterAsync(new ReplayDeadLetterRequest { Id = id }, cancellationToken: token);
            return $"dead letter {id} is handled";
        }));
        return command;
    }

    /// <summary>The latest jobs of every service that answers.</summary>
    public static async Task<IReadOnlyList<JobView>> AllAsync(PlatformClients clients, string state, CancellationToken cancellationToken)
    {
        var jobs = new List<JobView>();
        foreach (var service in ServiceNames.All)
            jobs.AddRange((await clients.OperationsOf(service).ListJobsAsync(new ListJobsRequest { State = state }, cancellationToken: cancellationToken)).Jobs);
        // One process may host all services, and then each of them lists all jobs.
        return [.. jobs.DistinctBy(j => j.Id).OrderByDescending(j => j.CreatedAt, StringComparer.Ordinal)];
    }

    public static string Progress(JobView job) => job.Steps == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{job.Step:N0}/{job.Steps:N0}{(job.HasLoss ? $" loss {job.Loss:0.000}" : "")}");

    public static string Short(double seconds) => TimeSpan.FromSeconds(Math.Max(0, seconds)).ToString(seconds >= 3600 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);

    private static Command OnOne(string name, string description, Option<DirectoryInfo?> home, Func<Operations.OperationsClient, string, CancellationToken, Task<string>> act)
    {
        var id = new Argument<string>("id") { Description = "Its id, as `mindbridge jobs` shows it" };
        var command = new Command(name, description) { id, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            for (var i = 0; ; i++)
            {
                try
                {
                    AnsiConsole.WriteLine(await act(clients.OperationsOf(ServiceNames.All[i]), parsed.GetValue(id)!, cancellationToken));
                    return 0;
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.NotFound && i + 1 < ServiceNames.All.Count)
                {
                    // Another service's.
                }
            }
        }));
        return command;
    }
}
