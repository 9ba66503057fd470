using System.Globalization;
using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.ReadingAudit;

/// <summary>Which entries of the audit log somebody wants to see, as a page's address and an export's say it.</summary>
internal sealed record AuditQuery(string Memory, string Who, string What, string From, string Through)
{
    /// <summary>What the evaluator is asked.</summary>
    /// <exception cref="ArgumentException">A day is none.</exception>
    public ListAuditRequest Request(int limit, string page)
    {
        var request = new ListAuditRequest { MemoryId = Memory, Who = Who.Trim(), What = What, Limit = limit, Page = page };
        if (From.Length > 0) request.Since = Day(From).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        // The day itself is wanted, too.
        if (Through.Length > 0) request.Before = Day(Through).AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return request;
    }

    /// <summary>Where the same entries are had as a file.</summary>
    public string Export(string format) =>
        $"/audit/export.{format}?memory={Uri.EscapeDataString(Memory)}&who={Uri.EscapeDataString(Who.Trim())}&what={Uri.EscapeDataString(What)}&from={Uri.EscapeDataString(From)}&through={Uri.EscapeDataString(Through)}";

    private static DateTime Day(string text) => DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new ArgumentException($"\"{text}\" is no day; give one such as 2026-05-31");
}
