using System.CommandLine;
using Google.Protobuf;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval webhook ...</c>: who is told of evaluations, promotions and alerts.</summary>
internal static class EvalWebhookCommand
{
    public static Command Create()
    {
        var command = new Command("webhook", "URLs that are told of evaluations, promotions, roll-backs and alerts; every body is signed.");
        var url = new Argument<string>("url") { Description = "An http or https address" };
        var events = new Option<string[]>("--event") { Description = "EvaluationCompleted, BridgePromoted, BridgeRolledBack or AlertRaised (default: all)", AllowMultipleArgumentsPerToken = true };
        var delivery = new Argument<string>("delivery") { Description = "A delivery's id" };
        var webhook = new Argument<string>("webhook") { Description = "Its id, as `mindbridge eval webhook list` shows it" };
        command.Subcommands.Add(Verb("create", "Register a URL. The secret that signs the bodies is shown here and never again.", [url], [events], async (clients, parsed, token) =>
        {
            var made = await clients.Evaluator.CreateWebhookAsync(new CreateWebhookRequest { Url = parsed.GetValue(url), Events = { parsed.GetValue(events) ?? [] } }, cancellationToken: token);
            return (made, [$"webhook {made.Webhook.Id}", $"secret  {made.Secret}"]);
        }));
        command.Subcommands.Add(Verb("list", "List the webhooks.", [], [], async (clients, _, token) =>
        {
            var reply = await clients.Evaluator.ListWebhooksAsync(new ListWebhooksRequest(), cancellationToken: token);
            return (reply, reply.Webhooks.Select(w => $"{w.Id}  {w.Url}  {string.Join(", ", w.Events)}"));
        }));
        command.Subcommands.Add(Verb("delete", "Delete a webhook; what is on its way is not sent any more.", [webhook], [], async (clients, parsed, token) =>
        {
            var deleted = await clients.Evaluator.DeleteWebhookAsync(new DeleteWebhookRequest { Id = parsed.GetValue(webhook) }, cancellationToken: token);
            return (deleted, [$"{deleted.Url} is told nothing any more"]);
        }));
        command.Subcommands.Add(Verb("deliveries", "List what was sent, and what came back; the latest first.", [], [], async (clients, _, token) =>
        {
            var reply = await clients.Evaluator.ListDeliveriesAsync(new ListDeliveriesRequest { Limit = 20 }, cancellationToken: token);
            return (reply, reply.Deliveries.Select(d => $"{d.Id}  {d.Event}  {d.State}{(d.Attempts.LastOrDefault() is { Reason.Length: > 0 } last ? $": {last.Reason} (attempt {d.Attempts.Count})" : "")}"));
        }));
        command.Subcommands.Add(Verb("redeliver", "Send a delivery that was given up once more.", [delivery], [], async (clients, parsed, token) =>
        {
            var again = await clients.Evaluator.RedeliverAsync(new RedeliverRequest { Id = parsed.GetValue(delivery) }, cancellationToken: token);
            return (again, [$"delivery {again.Id} is {again.State}"]);
        }));
        return command;
    }

    private static Command Verb(string name, string description, IEnumerable<Argument> arguments, IEnumerable<Option> options, Func<PlatformClients, ParseResult, CancellationToken, Task<(IMessage Reply, IEnumerable<string> Lines)>> act)
    {
        var (home, json) = (PlatformHome.Option(), EvalJson.Option());
        var command = new Command(name, description) { json, home };
        foreach (var argument in arguments) command.Arguments.Add(argument);
        foreach (var option in options) command.Options.Add(option);
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var (reply, lines) = await act(clients, parsed, cancellationToken);
            if (EvalJson.Wanted(parsed, json, reply)) return 0;
            foreach (var line in lines) AnsiConsole.WriteLine(line);
            return 0;
        }));
        return command;
    }
}
