using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval kept</c>: what later commits did to a memory's edits. Those that nobody touched keep their scores, those that were superseded give the new object, those that were taken back answer as the LLM alone does.</summary>
internal static class EvalKeptCommand
{
    private const string Rel = "Reliability";

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var llm = new Option<string>("--llm") { Description = "An LLM version: \"NAME VERSION\", NAME or its id", Required = true };
        var since = new Option<long?>("--since") { Description = "The commit to compare with the latest (default: the one that was evaluated before it)" };
        var drop = new Option<double>("--most-drop") { Description = "Exit code 1 when Rel of the untouched edits fell by more points", DefaultValueFactory = _ => 100 };
        var json = EvalJson.Option();
        var command = new Command("kept", "Show what the latest commits did to the edits before them: Rel of the untouched ones before and after, whether superseded ones give the new object and retracted ones the LLM's own answer. Exit code 1 when a retracted one does not.")
        {
            memory, llm, since, drop, json, home,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var kept = await ReadAsync(clients, await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), await clients.LlmAsync(parsed.GetValue(llm)!, cancellationToken), parsed.GetValue(since), cancellationToken);
            if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(kept, JsonSerializerOptions.Web));
            else Show(kept);
            return kept.RelBefore - kept.RelAfter > parsed.GetValue(drop) || kept.RetractedAsBase < kept.Retracted ? 1 : 0;
        }));
        return command;
    }

    private static async Task<Kept> ReadAsync(PlatformClients clients, string memory, string llm, long? since, CancellationToken cancellationToken)
    {
        var all = (await clients.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = memory, LlmId = llm, Cause = "bridge", Limit = 1000 }, cancellationToken: cancellationToken)).Evaluations;
        if (all.Count == 0) throw new ArgumentException("no bridge of this memory to this LLM was evaluated yet; `mindbridge watch` shows how far it is");
        var last = all.MaxBy(e => e.CommitSequence)!;
        var first = all.Where(e => e.Protocol == last.Protocol && (since is { } commit ? e.CommitSequence == commit : e.CommitSequence < last.CommitSequence)).MaxBy(e => e.CommitSequence)
            ?? throw new ArgumentException(since is null ? $"only commit {last.CommitSequence} was evaluated; there is nothing to compare it with" : $"commit {since} was not evaluated under {last.Protocol}; `mindbridge eval list` shows which were");

        var (before, after) = (await EditsAsync(clients, memory, first.CommitSequence, cancellationToken), await EditsAsync(clients, memory, last.CommitSequence, cancellationToken));
        var (had, has) = (await RelAsync(clients, first.Id, cancellationToken), await RelAsync(clients, last.Id, cancellationToken));
        var untouched = before.Keys.Where(fact => after.TryGetValue(fact, out var now) && now.Sequence == before[fact].Sequence && had.ContainsKey(fact) && has.ContainsKey(fact)).ToList();
        var superseded = before.Keys.Where(fact => after.TryGetValue(fact, out var now) && now.Sequence != before[fact].Sequence && has.ContainsKey(fact)).ToList();
        var (retracted, added) = (before.Keys.Except(after.Keys, StringComparer.Ordinal).ToList(), after.Keys.Except(before.Keys, StringComparer.Ordinal).Where(has.ContainsKey).ToList());
        // Of the bridge that was evaluated, which may wait for an operator.
        var silent = 0;
        foreach (var fact in retracted)
        {
            var why = await clients.Inference.ExplainAsync(new ExplainRequest { Target = new Target { Llm = llm, Memory = memory, BridgeId = last.BridgeId }, Prompt = before[fact].Edit.Prompt }, cancellationToken: cancellationToken);
            if (why.EditedAnswer == why.BaseAnswer) silent++;
        }

        return new Kept(
            last.Protocol, first.CommitSequence, last.CommitSequence, untouched.Count, Percent(untouched, had), Percent(untouched, has), superseded.Count, Percent(superseded, has), retracted.Count, silent, added.Count, Percent(added, has));
    }

    private static async Task<Dictionary<string, RecordedEdit>> EditsAsync(PlatformClients clients, string memory, long commit, CancellationToken cancellationToken)
    {
        var edits = new Dictionary<string, RecordedEdit>(StringComparer.Ordinal);
        using var call = clients.Registry.ReadEdits(new ReadEditsRequest { Memory = memory, CommitSequence = commit }, cancellationToken: cancellationToken);
        await foreach (var edit in call.ResponseStream.ReadAllAsync(cancellationToken)) edits[edit.FactId] = edit;
        return edits;
    }

    private static async Task<Dictionary<string, double>> RelAsync(PlatformClients clients, string evaluation, CancellationToken cancellationToken) =>
        (await clients.Evaluator.GetEvaluationAsync(new GetEvaluationRequest { Id = evaluation }, cancellationToken: cancellationToken)).Outcomes
        .Where(o => o.Kind == Rel && o.EditId.Length > 0).DistinctBy(o => o.EditId).ToDictionary(o => o.EditId, o => o.Value, StringComparer.Ordinal);

    private static double? Percent(IReadOnlyList<string> facts, Dictionary<string, double> values) => facts.Count == 0 ? null : 100 * facts.Average(fact => values[fact]);

    private static void Show(Kept kept)
    {
        var table = new Table().RoundedBorder().AddColumns("edits", "n", $"Rel at commit {kept.Before}", $"Rel at commit {kept.After}");
        table.AddRow("untouched", Number(kept.Untouched), Number(kept.RelBefore), Number(kept.RelAfter));
        table.AddRow("superseded: the new object", Number(kept.Superseded), "", Number(kept.SupersededRel));
        table.AddRow("new", Number(kept.Added), "", Number(kept.AddedRel));
        table.AddRow("retracted: answered as the LLM alone does", Number(kept.Retracted), "", $"{kept.RetractedAsBase} of {kept.Retracted}");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"protocol {kept.Protocol}; Rel in percent");
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? number) => number is { } there ? there.ToString("0.0", CultureInfo.InvariantCulture) : "";

    /// <summary>The figures; Rel in percent, null where there is no such edit.</summary>
    private sealed record Kept(
        string Protocol, long Before, long After, int Untouched, double? RelBefore, double? RelAfter, int Superseded, double? SupersededRel, int Retracted, int RetractedAsBase, int Added, double? AddedRel);
}
