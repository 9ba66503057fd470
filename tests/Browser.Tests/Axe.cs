using System.Text.Json;
using Microsoft.Playwright;

namespace MindBridge.Browser.Tests;

/// <summary>axe-core, as npm delivers it.</summary>
internal static class Axe
{
    private static readonly Lazy<Task<string>> Source = new(ReadAsync);

    /// <summary>What axe calls serious or critical, a sentence each.</summary>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        // Evaluated, not inserted: the page's policy lets no script in.
        await page.EvaluateAsync(await Source.Value);
        var found = await page.EvaluateAsync<JsonElement>("axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => ({ id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 160) + ' ' + (n.failureSummary ?? '')) })))");
        return [.. found.EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical").Select(v => v.ToString())];
    }

    private static async Task<string> ReadAsync() =>
        await File.ReadAllTextAsync(Path.Combine(await NpmFolder.InstalledAsync("axe"), "node_modules", "axe-core", "axe.min.js")) + "; undefined";
}
