using System.Globalization;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Evaluator.Dashboard.Framing;
using MindBridge.Evaluator.Dashboard.Hosting;

namespace MindBridge.Evaluator.Dashboard.ComparingEvaluations;

/// <summary>An evaluation as a file: every probe with what was said before and after.</summary>
internal static class ExportEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/evaluations/{id:guid}/export.{format}", ExportAsync).RequireAuthorization(DashboardModule.Scheme).ExcludeFromDescription();

    private static async Task<IResult> ExportAsync(Guid id, string format, HttpContext http, BrowserCalls calls, CancellationToken cancellationToken)
    {
        if (format is not ("csv" or "json")) return Results.NotFound();
        try
        {
            var detail = await calls.Evaluator(http).GetEvaluationAsync(new GetEvaluationRequest { Id = id.ToString() }, cancellationToken: cancellationToken);
            var (bytes, type) = format == "csv" ? (Csv(detail), "text/csv; charset=utf-8") : (JsonSerializer.SerializeToUtf8Bytes(AsObject(detail), Json), "application/json");
            return Results.File(bytes, type, $"evaluation-{id}.{format}");
        }
        catch (RpcException e)
        {
            return Results.Problem(Sentences.Of(e), statusCode: Sentences.Status(e));
        }
    }

    private static byte[] Csv(EvaluationDetail detail)
    {
        var e = detail.Evaluation;
        var text = new StringBuilder("evaluation,memory,llm,bridge,protocol,kind,edit,prompt,answer,before,after,value\n");
        foreach (var o in detail.Outcomes)
            text.AppendJoin(',', ((string[])[e.Id, e.MemoryId, e.LlmId, e.BridgeId, e.Protocol, o.Kind, o.EditId, o.Prompt, o.Answer, o.Before, o.After, o.Value.ToString("R", CultureInfo.InvariantCulture)]).Select(CsvCell.Of)).Append('\n');
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    private static object AsObject(EvaluationDetail detail) => new
    {
        detail.Evaluation.Id, memory = detail.Evaluation.MemoryId, llm = detail.Evaluation.LlmId, bridge = detail.Evaluation.BridgeId, detail.Evaluation.Protocol, detail.Evaluation.CompletedAt,
        detail.Evaluation.GatePassed, reasons = detail.Evaluation.Reasons.ToArray(), notes = detail.Evaluation.Notes.ToArray(),
        scores = detail.Evaluation.Scores.OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary(s => s.Key, s => new { percent = s.Value, probes = detail.Evaluation.Counts.TryGetValue(s.Key, out var n) ? n : 0 }, StringComparer.Ordinal),
        probes = detail.Outcomes.Select(o => new { o.Kind, edit = o.EditId, o.Prompt, o.Answer, o.Before, o.After, o.Value }).ToArray(),
    };
}
