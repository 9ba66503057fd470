using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>A part of a list, and how the next one is asked for.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Next">Empty at the end.</param>
internal sealed record Page<T>(IReadOnlyList<T> Rows, string Next);

/// <summary>How lists are cut.</summary>
internal static class Page
{
    private const int DefaultRows = 100, MostRows = 1000;

    /// <summary>How many rows a caller gets that asks for so many.</summary>
    public static int Size(int limit) => limit <= 0 ? DefaultRows : Math.Min(limit, MostRows);

    /// <exception cref="ArgumentException">The page is none that was answered.</exception>
    public static async Task<Page<T>> OfAsync<T>(IQueryable<T> ordered, int limit, string page, CancellationToken cancellationToken)
    {
        var from = 0;
        if (page.Length > 0 && (!int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from < 0))
            throw new ArgumentException($"page is \"{page}\"; give next_page as the reply before had it, or nothing for the start");
        var size = Size(limit);
        var rows = await ordered.Skip(from).Take(size + 1).ToListAsync(cancellationToken);
        return rows.Count <= size ? new Page<T>(rows, "") : new Page<T>(rows[..size], (from + size).ToString(CultureInfo.InvariantCulture));
    }
}
