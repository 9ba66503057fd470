using System.CommandLine;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval promote</c>, <c>rollback</c>, <c>canary</c>, <c>shadow</c>, <c>changes</c>, <c>audit</c>, <c>alerts</c> and <c>acknowledge</c>: what serves, what is tried, and who changed it.</summary>
internal static class EvalServingCommand
{
    public static IEnumerable<Command> Verbs() => [Promote(), RollBack(), Canary(), Shadow(), Changes(), Audit(), Alerts(), Acknowledge()];

    private static Command Promote()
    {
        var bridge = new Option<string>("--bridge") { Description = "The bridge's id (default: the challenger)", DefaultValueFactory = _ => "" };
        var although = new Option<string>("--although-it-failed") { Description = "Why a bridge that did not pass its gate shall serve", DefaultValueFactory = _ => "" };
        var reason = Reason();
        return OnDeployment("promote", "Make a bridge the champion: inference answers with it from the next request on.", [bridge, although, reason], async (clients, parsed, memory, llm, token) =>
        {
            var wanted = parsed.GetValue(bridge)!;
            if (wanted.Length == 0)
            {
                var deployment = (await clients.Evaluator.ListDeploymentsAsync(new ListDeploymentsRequest { MemoryId = memory }, cancellationToken: token)).Deployments.FirstOrDefault(d => d.LlmId == llm);
                wanted = deployment is { Challenger.Length: > 0 } ? deployment.Challenger : throw new ArgumentException("there is no challenger to promote; name a bridge with --bridge");
            }

            return await clients.Evaluator.PromoteAsync(new PromoteRequest { MemoryId = memory, LlmId = llm, BridgeId = wanted, AlthoughItFailed = parsed.GetValue(although), Reason = parsed.GetValue(reason) }, cancellationToken: token);
        });
    }

    private static Command RollBack()
    {
        var reason = Reason();
        return OnDeployment("rollback", "Give the place back to the bridge before.", [reason], async (clients, parsed, memory, llm, token) =>
            await clients.Evaluator.RollBackAsync(new RollBackRequest { MemoryId = memory, LlmId = llm, Reason = parsed.GetValue(reason) }, cancellationToken: token));
    }

    private static Command Canary()
    {
        var percent = new Option<int>("--percent") { Description = "How many of 100 users get the challenger's answers; 0 stops it", Required = true };
        var errors = new Option<double>("--most-errors") { Description = "Stop above so many failures of 100 of its requests" };
        var slowdown = new Option<double>("--most-slowdown") { Description = "Stop above so many times the champion's time" };
        var agreement = new Option<double>("--least-agreement") { Description = "Stop below so many agreeing answers of 100 compared" };
        var requests = new Option<int>("--least-requests") { Description = "Judge nothing on fewer (default 20)" };
        var although = new Option<string>("--although-it-failed") { Description = "Why a bridge that did not pass its gate may be tried on users", DefaultValueFactory = _ => "" };
        var reason = Reason();
        return OnDeployment("canary", "Try the challenger on a part of the users; it stops by itself where a limit is breached or the challenger fails its gate.", [percent, errors, slowdown, agreement, requests, although, reason], async (clients, parsed, memory, llm, token) =>
            parsed.GetValue(percent) == 0
                ? await clients.Evaluator.StopCanaryAsync(new StopCanaryRequest { MemoryId = memory, LlmId = llm, Reason = parsed.GetValue(reason) }, cancellationToken: token)
                : await clients.Evaluator.SetCanaryAsync(
                    new SetCanaryRequest
                    {
                        MemoryId = memory, LlmId = llm, Percent = parsed.GetValue(percent), AlthoughItFailed = parsed.GetValue(although),
                        Limits = new TrafficLimits { MostErrors = parsed.GetValue(errors), MostSlowdown = parsed.GetValue(slowdown), LeastAgreement = parsed.GetValue(agreement), LeastRequests = parsed.GetValue(requests) },
                    },
                    cancellationToken: token));
    }

    private static Command Shadow()
    {
        var percent = new Option<int>("--percent") { Description = "How many of 100 requests the challenger answers as well, for comparison alone; 0 ends it", Required = true };
        return OnDeployment("shadow", "Have the challenger answer a part of the requests, too; nobody gets these answers.", [percent], async (clients, parsed, memory, llm, token) =>
            await clients.Evaluator.SetShadowAsync(new SetShadowRequest { MemoryId = memory, LlmId = llm, Percent = parsed.GetValue(percent) }, cancellationToken: token));
    }

    private static Command Changes() => Listed("changes", "List what served when, and who changed it; the latest first.", async (clients, memory, limit, token) =>
    {
        var reply = await clients.Evaluator.ListChangesAsync(new ListChangesRequest { MemoryId = memory, Limit = limit }, cancellationToken: token);
        return (reply, reply.Changes.Select(c => $"{c.MadeAt[..19]}  {c.Cause,-9} {EvalCommand.Short(c.BridgeId)} (commit {c.CommitSequence}) by {c.MadeBy}{(c.Reason.Length > 0 ? $": {c.Reason}" : "")}"));
    });

    private static Command Audit() => Listed("audit", "List every change of what is evaluated and served, of memories, LLM versions, jobs and keys; needs an administrator's key.", async (clients, memory, limit, token) =>
    {
        var reply = await clients.Evaluator.ListAuditAsync(new ListAuditRequest { MemoryId = memory, Limit = limit }, cancellationToken: token);
        return (reply, reply.Entries.Select(e => $"{e.At[..19]}  {e.Who}: {e.What} {e.Subject} {e.Old} -> {e.New}{(e.Reason.Length > 0 ? $" ({e.Reason})" : "")}"));
    });

    private static Command Alerts() => Listed("alerts", "List what an operator should look at and nobody acknowledged yet.", async (clients, memory, limit, token) =>
    {
        var reply = await clients.Evaluator.ListAlertsAsync(new ListAlertsRequest { MemoryId = memory, Limit = limit }, cancellationToken: token);
        return (reply, reply.Alerts.Select(a => $"{a.Id}  {a.RaisedAt[..19]}  {a.Kind}: {a.Message}"));
    });

    private static Command Acknowledge()
    {
        var home = PlatformHome.Option();
        var id = new Argument<string>("alert") { Description = "Its id, as `mindbridge eval alerts` shows it" };
        var json = EvalJson.Option();
        var command = new Command("acknowledge", "Say that you look after an alert: it is listed no more.") { id, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var alert = await clients.Evaluator.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = parsed.GetValue(id) }, cancellationToken: cancellationToken);
            if (!EvalJson.Wanted(parsed, json, alert)) AnsiConsole.WriteLine($"{alert.AcknowledgedBy} looks after it since {alert.AcknowledgedAt[..16]}: {alert.Message}");
            return 0;
        }));
        return command;
    }

    private static Option<string> Reason() => new("--reason") { Description = "Why, for the history", DefaultValueFactory = _ => "" };

    private static Command Listed(string name, string description, Func<PlatformClients, string, int, CancellationToken, Task<(Google.Protobuf.IMessage Reply, IEnumerable<string> Lines)>> ask)
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string?>("memory") { Description = "One memory, by name or id (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "At most so many", DefaultValueFactory = _ => 20 };
        var json = EvalJson.Option();
        var command = new Command(name, description) { memory, limit, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var (reply, lines) = await ask(clients, parsed.GetValue(memory) is { } of ? await clients.MemoryAsync(of, cancellationToken) : "", parsed.GetValue(limit), cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            foreach (var line in lines) AnsiConsole.WriteLine(line);
            return 0;
        }));
        return command;
    }

    private static Command OnDeployment(string name, string description, IEnumerable<Option> options, Func<PlatformClients, ParseResult, string, string, CancellationToken, Task<Deployment>> act)
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var llm = new Option<string>("--llm") { Description = "An LLM version: \"NAME VERSION\", NAME or its id", Required = true };
        var json = EvalJson.Option();
        var command = new Command(name, description) { memory, llm, json, home };
        foreach (var option in options) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var deployment = await act(clients, parsed, await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), await clients.LlmAsync(parsed.GetValue(llm)!, cancellationToken), cancellationToken);
            if (EvalJson.Wanted(parsed, json, deployment)) return 0;
            AnsiConsole.WriteLine($"champion {Of(deployment.Champion)}, previous {Of(deployment.Previous)}, challenger {Of(deployment.Challenger)}{(deployment.CanaryPercent > 0 ? $", tried on {deployment.CanaryPercent} of 100 users" : "")}{(deployment.ShadowPercent > 0 ? $", shadows {deployment.ShadowPercent} of 100 requests" : "")}");
            return 0;
        }));
        return command;

        static string Of(string bridge) => bridge.Length == 0 ? "none" : EvalCommand.Short(bridge);
    }
}
