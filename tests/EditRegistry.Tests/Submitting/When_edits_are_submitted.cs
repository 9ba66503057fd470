using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace MindBridge.EditRegistry.Tests.Submitting;

public sealed class When_edits_are_submitted(Registry registry)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_record_them_in_order_and_once_per_client_key(bool embedded)
    {
        var caller = registry.NewTenant(embedded ? registry.Embedded : registry.Main);
        var memory = await caller.MemoryAsync();
        JsonObject[] edits() => [.. Enumerable.Range(0, 5).Select(i => RegistryClient.Edit($"land {i}", $"city {i}", key: $"key {i}"))];

        var first = await caller.SubmitAsync(memory, edits());
        var again = await caller.SubmitAsync(memory, edits());

        first["edits"]!.AsArray().Select(e => (long)e!["sequence"]!).ShouldBe([1, 2, 3, 4, 5]);
        first["edits"]!.AsArray().Select(e => (bool)e!["repeated"]!).ShouldAllBe(repeated => !repeated);
        again["edits"]!.AsArray().Select(e => (string)e!["id"]!).ShouldBe(first["edits"]!.AsArray().Select(e => (string)e!["id"]!));
        again["edits"]!.AsArray().Select(e => (bool)e!["repeated"]!).ShouldAllBe(repeated => repeated);
        (await caller.EditsAsync(memory)).Select(e => (string)e["object"]!).ShouldBe(["city 0", "city 1", "city 2", "city 3", "city 4"]);
    }

    [Theory]
    [InlineData("""{"object":"b","prompt":"p"}""", "subject", "is empty")]
    [InlineData("""{"subject":"a","object":" ","prompt":"p"}""", "object", "is empty")]
    [InlineData("""{"subject":"a","object":"b"}""", "prompt", "is empty")]
    [InlineData("""{"subject":"a\u0000","object":"b","prompt":"p"}""", "subject", "holds a NUL character")]
    [InlineData("""{"subject":"a","object":"b","prompt":"p","paraphrases":[""]}""", "paraphrases", "is empty")]
    [InlineData("""{"subject":"a","object":"b","prompt":"p","validFrom":"2026-02-01T00:00:00Z","validUntil":"2026-01-01T00:00:00Z"}""", "validUntil", "is not after validFrom")]
    public async Task Should_name_row_field_and_remedy_of_a_bad_row_and_keep_the_rest(string bad, string field, string problem)
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        var submission = await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), JsonNode.Parse(bad)!.AsObject(), RegistryClient.Edit("Peru", "Cusco"));

        var told = submission["problems"]!.AsArray().Single()!;
        ((long)told["row"]!, (string)told["field"]!, (string)told["problem"]!).ShouldBe((2L, field, problem));
        ((string)told["remedy"]!).ShouldNotBeEmpty();
        submission["edits"]!.AsArray().Select(e => (long)e!["row"]!).ShouldBe([1, 3]);
    }

    [Fact]
    public async Task Should_refuse_all_rows_for_a_bad_one_when_asked_to()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        var body = new JsonObject { ["rule"] = "AllOrNothing", ["edits"] = new JsonArray(RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "")) };

        var refused = await caller.SendAsync(HttpMethod.Post, $"/v1/memories/{memory}/edits", body, HttpStatusCode.UnprocessableEntity);

        refused["problems"]!.AsArray().Count.ShouldBe(1);
        (await caller.EditsAsync(memory)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_let_the_later_of_two_contradicting_rows_stand_and_say_so()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        // One relation in two wordings, with other case; and a repetition, which contradicts nothing.
        var submission = await caller.SubmitAsync(memory, RegistryClient.Edit("France", "Lyon"), RegistryClient.Edit("Peru", "Cusco"), RegistryClient.Edit("FRANCE", "Nice", "Capital "), RegistryClient.Edit("Peru", "cusco"));

        var conflict = submission["conflicts"]!.AsArray().Single()!;
        ((long)conflict["keptRow"]!, (long)conflict["supersededRow"]!).ShouldBe((3L, 1L));
        (await caller.EditsAsync(memory)).Select(e => (string)e["object"]!).ShouldBe(["Nice", "cusco"]);
    }

    [Fact]
    public async Task Should_number_concurrent_submissions_without_gaps_and_take_each_key_once()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => caller.SubmitAsync(memory, [.. Enumerable.Range(i, 5).Select(n => RegistryClient.Edit($"land {n}", $"city {n}", key: $"key {n}"))])));

        var edits = await caller.EditsAsync(memory, "?all=true");
        edits.Select(e => (long)e["sequence"]!).ShouldBe(Enumerable.Range(1, 14).Select(n => (long)n));
        edits.Select(e => (string)e["clientKey"]!).ShouldBeUnique();
    }

    [Theory]
    [InlineData("UPDATE edit_registry.edits SET object = 'x'")]
    [InlineData("DELETE FROM edit_registry.edits")]
    public async Task Should_not_let_anybody_rewrite_history(string sql)
    {
        await using var source = NpgsqlDataSource.Create(registry.Postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);

        (await Should.ThrowAsync<PostgresException>(() => command.ExecuteNonQueryAsync())).MessageText.ShouldContain("append-only");
    }

    [Theory]
    [InlineData("UPDATE edits SET object = 'x'")]
    [InlineData("DELETE FROM edits")]
    public async Task Should_not_let_anybody_rewrite_history_where_it_is_embedded(string sql)
    {
        var caller = registry.NewTenant(registry.Embedded);
        await caller.SubmitAsync(await caller.MemoryAsync(), RegistryClient.Edit("France", "Lyon"));
        await using var db = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={registry.EmbeddedFile}");
        await db.OpenAsync();
        await using var command = db.CreateCommand();
        command.CommandText = sql;

        (await Should.ThrowAsync<Microsoft.Data.Sqlite.SqliteException>(() => command.ExecuteNonQueryAsync())).Message.ShouldContain("append-only");
    }

    [Fact]
    public async Task Should_refuse_a_body_without_edits() =>
        await registry.NewTenant().SendAsync(HttpMethod.Post, "/v1/memories/none/edits", new JsonObject(), HttpStatusCode.BadRequest);
}
