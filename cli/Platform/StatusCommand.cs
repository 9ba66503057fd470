using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Contracts.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge status</c>: where every edit is, once.</summary>
internal static class StatusCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string?>("memory") { Description = "One memory (default: all)", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var command = new Command("status", "Show where every edit is (pending, committed, trained, bridged per LLM, served), with scores, and what the workers do.") { memory, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var status = await PlatformStatus.ReadAsync(clients, parsed.GetValue(memory), cancellationToken);
            if (parsed.GetValue(json)) Console.WriteLine(AsJson(status));
            else foreach (var part in Show(status)) AnsiConsole.Write(part);
            return 0;
        }));
        return command;
    }

    /// <summary>The status as one line of JSON.</summary>
    public static string AsJson(PlatformStatus status) => JsonSerializer.Serialize(
        new
        {
            memories = status.Memories,
            jobs = status.Jobs.Select(j => new { j.Id, j.Service, j.Kind, j.State, j.Step, j.Steps, loss = j.HasLoss ? j.Loss : (double?)null, etaSeconds = j.HasEtaSeconds ? j.EtaSeconds : (double?)null, j.Attempts, j.Reason }),
        }, Json);

    /// <summary>The status as tables.</summary>
    public static IEnumerable<IRenderable> Show(PlatformStatus status)
    {
        var table = new Table().RoundedBorder().AddColumns("memory", "pending", "commit", "trained", "LLM", "bridged", "served", "Rel", "Gen", "Loc", "state");
        foreach (var memory in status.Memories)
        {
            var rows = memory.Llms.Count == 0 ? [null] : memory.Llms.Cast<LlmStatus?>().ToArray();
            for (var i = 0; i < rows.Length; i++)
            {
                var first = i == 0;
                table.AddRow(
                    first ? memory.Memory.EscapeMarkup() : "", first ? Number(memory.Pending) : "", first ? Number(memory.Commit) : "", first ? Number(memory.Trained) : "",
                    rows[i]?.Llm.EscapeMarkup() ?? "[dim]none released[/]", Number(rows[i]?.Bridged ?? 0), Number(rows[i]?.Served ?? 0),
                    Score(rows[i], "rel"), Score(rows[i], "gen"), Score(rows[i], "loc"), StateOf(memory, rows[i]).EscapeMarkup());
            }
        }

        yield return table;
        if (status.Jobs.Count == 0) yield break;
        var jobs = new Table().RoundedBorder().AddColumns("job", "state", "progress", "left", "reason");
        foreach (var job in status.Jobs.Take(20)) jobs.AddRow($"{job.Service}: {job.Kind}", job.State, JobsCommand.Progress(job), job.HasEtaSeconds ? JobsCommand.Short(job.EtaSeconds) : "", job.Reason.EscapeMarkup());
        yield return jobs;
    }

    private static string StateOf(MemoryStatus memory, LlmStatus? llm) => (memory, llm) switch
    {
        ({ Commit: 0, Pending: 0 }, _) => "empty",
        ({ Commit: 0 }, _) => "waits for its commit",
        ({ Trained: 0 }, _) => "its encoder is trained",
        (_, null) => "trained; release an LLM",
        _ when memory.Trained < memory.Commit => $"commit {memory.Commit} is trained",
        _ when llm.Bridged < memory.Trained => $"commit {memory.Trained} is bridged",
        _ when llm.Held.Count > 0 => "held: " + string.Join("; ", llm.Held),
        _ when llm.Served < llm.Bridged => $"commit {llm.Bridged} is evaluated",
        _ => memory.Pending > 0 ? "served; edits are pending" : "served",
    };

    private static string Score(LlmStatus? llm, string name) => llm is not null && llm.Scores.TryGetValue(name, out var score) ? score.ToString("0.0", CultureInfo.InvariantCulture) : "";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
