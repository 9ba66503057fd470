using System.Net;

namespace MindBridge.EditRegistry.Tests.Importing;

public sealed class When_a_file_is_imported(Registry registry)
{
    private const string Own = """
        {"id":"7","subject":"Danielle Darrieux","relation":"P103","prompt":"The mother tongue of Danielle Darrieux is","object":"English","paraphrases":["Danielle Darrieux spoke"],"locality":[{"prompt":"Léon Blum speaks","answer":"French"}]}
        """;

    private const string CounterFact = """
        [{"case_id":0,"requested_rewrite":{"prompt":"The mother tongue of {} is","relation_id":"P103","target_new":{"str":"English"},"target_true":{"str":"French"},"subject":"Danielle Darrieux"},"paraphrase_prompts":["Danielle Darrieux, a native"],"neighborhood_prompts":["The native language of Montesquieu is"]}]
        """;

    private const string Mend = """
        [{"subject":"Danielle Darrieux","src":"What does Danielle Darrieux speak?","alt":"English","answers":["French"],"rephrase":"Which language is Danielle Darrieux's?","loc":"nq question: who wrote it","loc_ans":"Verne"}]
        """;

    private const string Csv = "subject,relation,prompt,object\nDanielle Darrieux,P103,The mother tongue of Danielle Darrieux is,English\n";

    [Theory]
    [InlineData(Own)]
    [InlineData(CounterFact)]
    [InlineData(Mend)]
    [InlineData(Csv)]
    public async Task Should_read_every_format_and_import_a_file_once(string file)
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        var first = await caller.ImportAsync(memory, file);
        var again = await caller.ImportAsync(memory, file);

        ((long)first["accepted"]!, (long)again["accepted"]!, (long)again["repeated"]!).ShouldBe((1L, 0L, 1L));
        var edit = (await caller.EditsAsync(memory, "?all=true")).Single();
        ((string)edit["subject"]!, (string)edit["object"]!).ShouldBe(("Danielle Darrieux", "English"));
    }

    [Fact]
    public async Task Should_keep_the_probes_that_a_row_brings()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();
        await caller.ImportAsync(memory, Own);

        var edit = (await caller.EditsAsync(memory)).Single();

        edit["paraphrases"]!.AsArray().Select(p => (string)p!).ShouldBe(["Danielle Darrieux spoke"]);
        var locality = edit["locality"]!.AsArray().Single()!;
        ((string)locality["prompt"]!, (string)locality["answer"]!, (string)edit["externalId"]!).ShouldBe(("Léon Blum speaks", "French", "7"));
    }

    [Fact]
    public async Task Should_report_bad_rows_with_their_lines_and_conflicts_with_their_rows()
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        var outcome = await caller.ImportAsync(memory, """
            {"subject":"France","relation":"capital","prompt":"The capital of France is","object":"Lyon"}
            {"subject":"Peru","prompt":"The capital of Peru is"}
            {"subject":"France","relation":"capital","prompt":"The capital of France is","object":"Nice"}
            """);

        ((long)outcome["accepted"]!).ShouldBe(2);
        var problem = outcome["problems"]!.AsArray().Single()!;
        ((long)problem["row"]!, (long)problem["line"]!, (string)problem["field"]!).ShouldBe((2L, 2L, "object"));
        var conflict = outcome["conflicts"]!.AsArray().Single()!;
        ((long)conflict["keptRow"]!, (long)conflict["supersededRow"]!).ShouldBe((3L, 1L));
        (await caller.EditsAsync(memory)).Select(e => (string)e["object"]!).ShouldBe(["Nice"]);
    }

    [Theory]
    [InlineData("no edits here at all")]
    [InlineData("")]
    [InlineData("""{"subject":"France"}""")]
    public async Task Should_refuse_a_file_without_a_usable_row_and_not_tell_where_it_lay(string file)
    {
        var caller = registry.NewTenant();
        var memory = await caller.MemoryAsync();

        var refused = (string)(await caller.ImportAsync(memory, file, HttpStatusCode.BadRequest))["detail"]!;

        refused.ShouldNotBeNullOrWhiteSpace();
        refused.ShouldNotContain(Path.GetTempPath());
    }
}
