using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Evaluator.Dashboard.Framing;
using MindBridge.Evaluator.Dashboard.Hosting;

namespace MindBridge.Evaluator.Dashboard.ReadingAudit;

/// <summary>The audit log as a file: every entry that the page's filter shows.</summary>
internal static class AuditExport
{
    private const int APage = 1000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/audit/export.{format}", ExportAsync).RequireAuthorization(DashboardModule.Scheme).ExcludeFromDescription();

    private static async Task<IResult> ExportAsync(string format, HttpContext http, BrowserCalls calls, CancellationToken cancellationToken, string memory = "", string who = "", string what = "", string from = "", string through = "")
    {
        if (format is not ("csv" or "json")) return Results.NotFound();
        try
        {
            var entries = await AllAsync(calls.Evaluator(http), new AuditQuery(memory, who, what, from, through), cancellationToken);
            var (bytes, type) = format == "csv" ? (Csv(entries), "text/csv; charset=utf-8") : (JsonSerializer.SerializeToUtf8Bytes(entries.Select(AsObject), Json), "application/json");
            return Results.File(bytes, type, $"audit.{format}");
        }
        catch (RpcException e)
        {
            return Results.Problem(Sentences.Of(e), statusCode: Sentences.Status(e));
        }
        catch (ArgumentException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }

    private static async Task<IReadOnlyList<AuditEntry>> AllAsync(Contracts.V1.Evaluator.EvaluatorClient evaluator, AuditQuery query, CancellationToken cancellationToken)
    {
        var entries = new List<AuditEntry>();
        for (var page = ""; ;)
        {
            var reply = await evaluator.ListAuditAsync(query.Request(APage, page), cancellationToken: cancellationToken);
            entries.AddRange(reply.Entries);
            if (reply.NextPage.Length == 0) return entries;
            page = reply.NextPage;
        }
    }

    private static byte[] Csv(IReadOnlyList<AuditEntry> entries)
    {
        var text = new StringBuilder("id,at,who,what,subject,memory,old,new,reason\n");
        foreach (var e in entries) text.AppendJoin(',', ((string[])[e.Id, e.At, e.Who, e.What, e.Subject, e.MemoryId, e.Old, e.New, e.Reason]).Select(CsvCell.Of)).Append('\n');
        return [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    private static object AsObject(AuditEntry e) => new { e.Id, e.At, e.Who, e.What, e.Subject, memory = e.MemoryId, old = Node(e.Old), @new = Node(e.New), e.Reason };

    private static JsonNode? Node(string json) => json.Length == 0 ? null : JsonNode.Parse(json);
}
