using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using MindBridge.EditRegistry.ReadingEdits;

namespace MindBridge.EditRegistry.Tests.Reading;

/// <summary>How both databases go about a search: a page of a large memory may cost a scan of narrow rows, never one of the entries themselves.</summary>
public sealed class When_a_search_is_planned(Registry registry)
{
    private static readonly EditSearch Standing = new(null, History: false, [], NewestFirst: true, After: 0, Limit: 50);

    public static TheoryData<bool, string> Searches => new(((bool[])[false, true]).SelectMany(embedded => Named.Keys.Select(name => (embedded, name))));

    private static Dictionary<string, EditSearch> Named { get; } = new(StringComparer.Ordinal)
    {
        ["standing"] = Standing,
        ["text"] = Standing with { Text = "person 77" },
        ["nothing found"] = Standing with { Text = "nobody" },
        ["the next page"] = Standing with { After = 300 },
        ["pending"] = Standing with { States = [EditState.Pending] },
        ["committed"] = Standing with { States = [EditState.Committed], Text = "person" },
        ["superseded"] = Standing with { States = [EditState.Superseded], Text = "person" },
        ["retracted"] = Standing with { States = [EditState.Retracted] },
        ["all"] = Standing with { History = true, Text = "person", NewestFirst = false },
    };

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task Should_read_narrow_rows_only(bool embedded, string name)
    {
        var caller = registry.NewTenant(embedded ? registry.Embedded : registry.Main);
        var memory = Guid.Parse(await caller.MemoryAsync());
        await caller.SubmitAsync(memory.ToString(), [.. Enumerable.Range(0, 500).Select(i => RegistryClient.Edit($"person {i}", "Bern"))]);
        await using var db = registry.Tables(embedded);

        var plan = await PlanAsync(db, embedded, EditHistory.Matches(db, memory, Named[name], committed: 100).Take(51));

        var tables = plan.Select(step => step.Table).ToList();
        tables.ShouldContain("edit_texts");
        tables.ShouldNotContain("edits", $"the plan is {string.Join(", ", plan)}");
        plan.ShouldAllBe(step => step.Indexed, $"the plan is {string.Join(", ", plan)}");
    }

    private static async Task<IReadOnlyList<Step>> PlanAsync(RegistryContext db, bool embedded, IQueryable<long> query)
    {
        await db.Database.OpenConnectionAsync();
        // These tables are so small that Postgres would rather read them whole: whether there is another way is what is asked.
        if (!embedded) await db.Database.ExecuteSqlAsync($"SET enable_seqscan = off");
        await using var command = query.CreateDbCommand();
        command.CommandText = (embedded ? "EXPLAIN QUERY PLAN " : "EXPLAIN (FORMAT JSON) ") + command.CommandText;
        await using var told = await command.ExecuteReaderAsync();
        var steps = new List<Step>();
        while (await told.ReadAsync())
        {
            if (embedded) steps.AddRange(OfSqlite(told.GetString(3)));
            else steps.AddRange(OfPostgres(JsonDocument.Parse(told.GetString(0)).RootElement[0].GetProperty("Plan")));
        }

        return steps;
    }

    // "SEARCH t USING INDEX sqlite_autoindex_edit_texts_1 (memory_id=? AND sequence<?)"; a table is known by its index, since queries rename it.
    private static IEnumerable<Step> OfSqlite(string detail)
    {
        if (!detail.StartsWith("SEARCH", StringComparison.Ordinal) && !detail.StartsWith("SCAN", StringComparison.Ordinal)) yield break;
        var table = ((string[])["edit_texts", "edit_endings"]).FirstOrDefault(name => detail.Contains(name, StringComparison.Ordinal)) ?? (detail.Contains("INDEX", StringComparison.Ordinal) ? "edits" : detail);
        yield return new Step(table, detail.StartsWith("SEARCH", StringComparison.Ordinal));
    }

    private static IEnumerable<Step> OfPostgres(JsonElement node)
    {
        if (node.TryGetProperty("Relation Name", out var table)) yield return new Step(table.GetString()!, node.GetProperty("Node Type").GetString() != "Seq Scan");
        if (!node.TryGetProperty("Plans", out var parts)) yield break;
        foreach (var step in parts.EnumerateArray().SelectMany(OfPostgres)) yield return step;
    }

    private sealed record Step(string Table, bool Indexed);
}
