using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Tests.Edits;

public sealed class When_an_edit_file_is_read : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Our_json_lines_give_edits_and_probes()
    {
        var file = Read("""
            {"subject":"Lyon","relation":"P190","object":"Manila","prompt":"The twin city of Lyon is","id":7,"old":"Beirut","wordings":["Lyon is twinned with"],"paraphrases":["Which city is Lyon's twin?"],"locality":[{"prompt":"The twin city of Paris is","answer":"Rome"},{"prompt":"Lyon is in","answer":"France","kind":"same-subject"}],"portability":[{"prompt":"In which country is the twin city of Lyon?","answer":"Philippines"}]}

            {"subject":"Oslo","object":"Sweden","prompt":"{} is the capital of"}
            """);
        file.Syntax.ShouldBe(EditSyntax.JsonLines);
        file.Format.ShouldBe(EditFormat.Own);
        file.BadRows.ShouldBeEmpty();
        var (edit, probes) = (file.Records[0].Edit, file.Records[0].Probes);
        edit.ShouldSatisfyAllConditions(
            () => edit.Id.ShouldBe("7"), () => edit.Relation.ShouldBe("P190"), () => edit.Object.ShouldBe("Manila"),
            () => edit.OldObject.ShouldBe("Beirut"), () => edit.Wordings.ShouldBe(["Lyon is twinned with"]));
        probes.Select(p => (p.Kind, p.Prompt, p.Answer)).ShouldBe([
            (ProbeKind.Reliability, "The twin city of Lyon is", "Manila"),
            (ProbeKind.Generality, "Which city is Lyon's twin?", "Manila"),
            (ProbeKind.LocalityNeighbour, "The twin city of Paris is", "Rome"),
            (ProbeKind.LocalitySameSubject, "Lyon is in", "France"),
            (ProbeKind.Portability, "In which country is the twin city of Lyon?", "Philippines")]);
        file.Records[1].Edit.Prompt.ShouldBe("Oslo is the capital of");
        file.Records[1].ShouldSatisfyAllConditions(r => r.Line.ShouldBe(3), r => r.Record.ShouldBe(2));
    }

    [Fact]
    public void Counterfact_as_ROME_wrote_it_fills_the_subject_in_and_keeps_neighbours_as_locality()
    {
        var file = Read("""
            [{"case_id":0,"requested_rewrite":{"prompt":"The mother tongue of {} is","relation_id":"P103","target_new":{"str":"English","id":"Q1860"},"target_true":{"str":"French","id":"Q150"},"subject":"Danielle Darrieux"},
              "paraphrase_prompts":["Shayna does this and Yossel goes still. Danielle Darrieux, a native"],"neighborhood_prompts":["The mother tongue of Léon Blum is","The native language of Montesquieu is"],
              "attribute_prompts":["J.R.R. Tolkien is a native speaker of"],"generation_prompts":["Danielle Darrieux's mother tongue is"]}]
            """);
        file.Format.ShouldBe(EditFormat.CounterFact);
        file.Syntax.ShouldBe(EditSyntax.JsonArray);
        var record = file.Records.ShouldHaveSingleItem();
        record.Edit.Prompt.ShouldBe("The mother tongue of Danielle Darrieux is");
        record.Edit.Relation.ShouldBe("P103");
        record.Edit.Object.ShouldBe("English");
        record.Edit.Wordings.ShouldBeEmpty("a file's paraphrases must never train");
        record.Probes.Where(p => p.Kind is ProbeKind.LocalityNeighbour).Select(p => p.Answer).ShouldBe(["French", "French"]);
        record.Probes.Count(p => p.Kind is ProbeKind.Generality).ShouldBe(1);
    }

    [Fact]
    public void Counterfact_flattened_and_pretty_printed_is_read()
    {
        var file = Read("""
            [
                {
                    "case_id": 0,
                    "prompt": "The mother tongue of Danielle Darrieux is",
                    "target_new": "English",
                    "subject": "Danielle Darrieux",
                    "ground_truth": "French",
                    "rephrase_prompt": "Where Danielle Darrieux is from, people speak the language of",
                    "locality_prompt": "Michel Rocard is a native speaker of",
                    "locality_ground_truth": "French"
                }
            ]
            """);
        file.Format.ShouldBe(EditFormat.CounterFactFlat);
        file.Records.ShouldHaveSingleItem().Probes.Select(p => p.Kind).ShouldBe([ProbeKind.Reliability, ProbeKind.Generality, ProbeKind.LocalityNeighbour]);
    }

    [Theory]
    [InlineData("""[{"subject":"Watts Humphrey","src":"What university did Watts Humphrey attend?","pred":"Trinity College","rephrase":"What university did Watts Humphrey take part in?","alt":"University of Michigan","answers":["Illinois Institute of Technology"],"loc":"nq question: who played desmond doss father","loc_ans":"Hugo Weaving","cond":"x"}]""")]
    [InlineData("""{"subject":"Watts Humphrey","src":"What university did Watts Humphrey attend?","pred":"Trinity College","rephrase":"What university did Watts Humphrey take part in?","alt":"University of Michigan","answers":["Illinois Institute of Technology"],"loc":"nq question: who played desmond doss father","loc_ans":"Hugo Weaving"}""")]
    public void Zsre_as_MEND_wrote_it_is_read(string text)
    {
        var record = Read(text).Records.ShouldHaveSingleItem();
        record.Edit.Object.ShouldBe("University of Michigan");
        record.Edit.OldObject.ShouldBe("Illinois Institute of Technology");
        record.Probes.Select(p => (p.Kind, p.Answer)).ShouldBe([(ProbeKind.Reliability, "University of Michigan"), (ProbeKind.Generality, "University of Michigan"), (ProbeKind.LocalityNeighbour, "Hugo Weaving")]);
    }

    [Fact]
    public void Zsre_flattened_is_read()
    {
        var file = Read("""{"case_id": 2, "prompt": "What role does Denny Herzig play in football?", "subject": "Denny Herzig", "target_new": " winger", "ground_truth": "defender", "paraphrase_prompts": "What's Denny Herzig's role in football?", "locality_prompt": "nq question: where does aarp fall", "locality_ground_truth": "non-partisan", "cond": "defender >> winger"}""");
        file.Format.ShouldBe(EditFormat.ZsreFlat);
        file.Records[0].Edit.Object.ShouldBe("winger");
    }

    [Theory]
    [InlineData("subject,prompt,object,paraphrases\nLyon,The twin city of Lyon is,Manila,\"[\"\"Lyon's twin?\"\", \"\"Twin of Lyon:\"\"]\"\nOslo,\"Oslo, the capital of\",Sweden,\n", 2, 2)]
    [InlineData("\uFEFFSubject;Prompt;Target New\r\nLyon;The twin city of Lyon is;Manila\r\n", 1, 0)]
    [InlineData("subject\tprompt\tobject\nLyon\t\"The twin city\nof Lyon is\"\tManila\n\nOslo\tOslo is in\tSweden", 2, 0)]
    public void Csv_with_a_header_is_read(string text, int edits, int paraphrases)
    {
        var file = Read(text);
        file.Syntax.ShouldBe(EditSyntax.Csv);
        file.BadRows.ShouldBeEmpty();
        file.Records.Count.ShouldBe(edits);
        file.Records.Sum(r => r.Probes.Count(p => p.Kind is ProbeKind.Generality)).ShouldBe(paraphrases);
    }

    [Fact]
    public void Csv_of_a_spreadsheet_in_UTF16_is_read()
    {
        var file = EditFile.Read(folder.File("edits.csv", [.. System.Text.Encoding.Unicode.GetPreamble(), .. System.Text.Encoding.Unicode.GetBytes("subject,prompt,object\nŁódź,Łódź is in,España\n")]));
        file.Records.ShouldHaveSingleItem().Edit.Subject.ShouldBe("Łódź");
    }

    [Fact]
    public void An_id_used_twice_is_made_unique()
    {
        var file = Read("""
            {"id":"a","subject":"Lyon","prompt":"Lyon is in","object":"Peru"}
            {"id":"a","subject":"Oslo","prompt":"Oslo is in","object":"Peru"}
            """);
        file.Records.Select(r => r.Edit.Id).ShouldBe(["a", "a-2"]);
        file.Records[1].Probes[0].EditId.ShouldBe("a-2");
        file.Warnings.ShouldHaveSingleItem().Field.ShouldBe("id");
    }

    [Theory]
    [InlineData("data/counterfact/counterfact.json", 10_000, EditFormat.CounterFactFlat)]
    [InlineData("data/zsre/zsre.jsonl", 9_377, EditFormat.ZsreFlat)]
    [InlineData("prototype/data/edits_1000.jsonl", 1_000, EditFormat.CounterFactFlat)]
    public void The_public_sets_are_read_whole(string path, int records, EditFormat format)
    {
        var file = EditFile.Read(OptionalData.Path(path), TestContext.Current.CancellationToken);
        file.Records.Count.ShouldBe(records);
        file.BadRows.ShouldBeEmpty();
        file.Format.ShouldBe(format);
        var set = EditSet.Resolve(file);
        (set.Records.Count + set.Duplicates.Count + set.Conflicts.Sum(c => c.Superseded.Count)).ShouldBe(records);
        if (format is EditFormat.ZsreFlat) set.Conflicts.Count.ShouldBeGreaterThan(1_000);
    }

    [Fact]
    public void Objects_over_several_lines_without_an_array_are_read()
    {
        var file = Read("""
            {
              "subject": "Lyon", "prompt": "Lyon is \\ \"in\"",
              "object": "Peru"
            }
            {
              "subject": "Oslo", "prompt": "Oslo is in", "object": "Chile"
            }
            """);
        file.Syntax.ShouldBe(EditSyntax.JsonObjects);
        file.Records.Select(r => (r.Edit.Subject, r.Line)).ShouldBe([("Lyon", 1L), ("Oslo", 5L)]);
    }

    private EditFile Read(string text) => EditFile.Read(folder.File("edits", text));
}
