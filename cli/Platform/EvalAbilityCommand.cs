using System.CommandLine;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using MindBridge.Cli.Ability;
using MindBridge.Cli.Terminal;
using MindBridge.Contracts.V1;
using MindBridge.Memory;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval ability</c>: what editing costs an LLM besides, on data of the user's.</summary>
internal static class EvalAbilityCommand
{
    private const int Piece = 1 << 20;
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(0.5);

    public static Command Create()
    {
        var home = PlatformHome.Option();
        var memory = new Argument<string>("memory") { Description = "The memory's name or id" };
        var llm = new Option<string>("--llm") { Description = "An LLM version: \"NAME VERSION\", NAME or its id", Required = true };
        var data = new Option<DirectoryInfo>("--data") { Description = "A folder with glue/*.jsonl, mmlu/dev and mmlu/test, wikitext-2/test.txt, or some of them", Required = true };
        var tasks = new Option<string>("--tasks") { Description = "Some of sst2,mrpc,cola,rte,nli,mmlu,perplexity (default: all that the folder has)", DefaultValueFactory = _ => "" };
        var limit = new Option<int>("--limit") { Description = "Most questions or passages of a task; 0: all", DefaultValueFactory = _ => 200 };
        var seed = new Option<long>("--seed") { Description = "Decides which are drawn: one folder, limit and seed, the same questions" };
        var bridge = new Option<string>("--bridge") { Description = "A bridge's id (default: the champion)", DefaultValueFactory = _ => "" };
        var json = EvalJson.Option();
        var command = new Command("ability", """
            Measure what editing costs an LLM besides: the unedited LLM against the edited one, on tasks that no edit is about. It promotes nothing. Ctrl-C leaves the evaluation to go on by itself, and the same command waits for it again.

            Example:
              mindbridge eval ability facts --llm llm-1 --data ~/data --tasks sst2,mmlu --limit 100
            """)
        {
            memory, llm, data, tasks, limit, seed, bridge, json, home,
        };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            var folder = parsed.GetValue(data)!.FullName;
            var read = AbilityData.Read(folder, parsed.GetValue(tasks)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), parsed.GetValue(limit), (ulong)parsed.GetValue(seed));
            foreach (var (task, found, where) in read.Found) await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{task}: {read.Items.Count(i => i.Task == task):N0} of {found:N0} from {where}"));
            using var clients = PlatformClients.Of(parsed, home);
            var first = new StartAbilityRequest
            {
                MemoryId = await clients.MemoryAsync(parsed.GetValue(memory)!, cancellationToken), LlmId = await clients.LlmAsync(parsed.GetValue(llm)!, cancellationToken),
                BridgeId = parsed.GetValue(bridge), Seed = (ulong)parsed.GetValue(seed), Data = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
            };
            var started = await StartAsync(clients, first, string.Concat(read.Items.Select(i => i.ToLine() + "\n")), cancellationToken);
            await WaitAsync(clients, started.Id, cancellationToken);
            var report = await clients.Evaluator.GetAbilityAsync(new GetAbilityRequest { EvaluationId = started.Id }, cancellationToken: cancellationToken);
            if (!EvalJson.Wanted(parsed, json, report)) Show(report);
            return 0;
        }));
        return command;
    }

    /// <summary>Task by task.</summary>
    public static void Show(AbilityReport report)
    {
        AnsiConsole.WriteLine($"bridge {report.Evaluation.BridgeId} (commit {report.Evaluation.CommitSequence}) under {report.Evaluation.Protocol}; evaluation {report.Evaluation.Id}, data {EvalCommand.Short(report.Evaluation.ProbeSetId)}{(report.Data.Length > 0 ? $" from {report.Data}" : "")}, seed {report.Seed}");
        var table = new Table().RoundedBorder().AddColumns("task", "unit", "unedited", "edited", "difference", "95 % interval", "p", "n", "memory spoke", "chance");
        foreach (var f in report.Figures)
            table.AddRow(
                f.Task, f.Unit, EvalCommand.Number(f.Base), EvalCommand.Number(f.Edited), f.Difference.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture), $"{EvalCommand.Number(f.DifferenceInterval.Low)} to {EvalCommand.Number(f.DifferenceInterval.High)}",
                f.PValue.ToString("0.0000", CultureInfo.InvariantCulture), f.N.ToString(CultureInfo.InvariantCulture), f.Spoke.ToString(CultureInfo.InvariantCulture), f.Unit == "%" ? EvalCommand.Number(f.Chance) : "");
        AnsiConsole.Write(table);
        foreach (var note in report.Evaluation.Notes) AnsiConsole.WriteLine(note);
    }

    private static async Task<StartedEvaluation> StartAsync(PlatformClients clients, StartAbilityRequest first, string lines, CancellationToken cancellationToken)
    {
        using var call = clients.Evaluator.StartAbility(cancellationToken: cancellationToken);
        var request = first;
        try
        {
            foreach (var piece in Encoding.UTF8.GetBytes(lines).Chunk(Piece))
            {
                request.Lines = ByteString.CopyFrom(piece);
                await call.RequestStream.WriteAsync(request, cancellationToken);
                request = new StartAbilityRequest();
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or RpcException)
        {
            // Refused before all was sent: the answer says why.
        }

        return await call;
    }

    private static async Task WaitAsync(PlatformClients clients, string id, CancellationToken cancellationToken)
    {
        using var line = new ProgressLine();
        var began = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var job = (await clients.OperationsOf(ServiceNames.Evaluator).ListJobsAsync(new ListJobsRequest { Limit = 1000 }, cancellationToken: cancellationToken)).Jobs.FirstOrDefault(j => j.Id == id)
                ?? throw new ArgumentException($"evaluation {id} is no longer listed; `mindbridge eval show {id}` shows it once it is done");
            if (job.State is "parked" or "cancelled") throw new ArgumentException($"evaluation {id} is {job.State}{(job.Reason.Length > 0 ? $": {job.Reason}" : "")}; `mindbridge jobs retry {id}` tries it again");
            var left = job.HasEtaSeconds ? TimeSpan.FromSeconds(job.EtaSeconds) : TimeSpan.Zero;
            line.Report(new TrainingProgress("questions", job.Step, job.Steps, double.NaN, double.NaN, began.Elapsed, left, new Dictionary<string, double>(StringComparer.Ordinal)));
            if (job.State == "succeeded") return;
            await Task.Delay(Often, cancellationToken);
        }
    }
}
