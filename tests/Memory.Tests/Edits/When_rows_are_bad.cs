using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MindBridge.Memory.Edits;

namespace MindBridge.Memory.Tests.Edits;

/// <summary>A bad row costs itself only, and is told with its line, field, value and remedy.</summary>
public sealed class When_rows_are_bad : IDisposable
{
    private const string Good = """{"subject":"Lyon","prompt":"Lyon is in","object":"Peru"}""";
    private const string AlsoGood = """{"subject":"Oslo","prompt":"Oslo is in","object":"Chile"}""";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("""{"subject":" ","prompt":"Rome is in","object":"Italy"}""", "subject", "empty")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":""}""", "object", "empty")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":null}""", "object", "missing")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in"}""", "object", "missing")]
    [InlineData("""{"subject":"Rome","object":"Italy"}""", "prompt", "missing")]
    [InlineData("""{"subject":"Rome","prompt":true,"object":"Italy"}""", "prompt", "true or false")]
    [InlineData("""{"subject":{"a":1},"prompt":"Rome is in","object":"Italy"}""", "subject", "an object")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":[]}""", "object", "empty")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":"It\ud800aly"}""", "object", "surrogate")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":"It\udc00aly"}""", "object", "surrogate")]
    [InlineData("""{"subject":"Rome","prompt":"Rome\u0000 is in","object":"Italy"}""", "prompt", "U+0000")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":"It\ufffdaly"}""", "object", "U+FFFD")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":"Italy","paraphrases":[{"x":1}]}""", "paraphrases", "an object")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":"Italy","locality":5}""", "locality", "no list")]
    [InlineData("""{"requested_rewrite":"no"}""", "requested_rewrite", "not an object")]
    [InlineData("""{"subject":"Rome","prompt":"Rome is in","object":"Italy" """, "", "not valid JSON")]
    [InlineData("""{"subject":"Rome",,}""", "", "not valid JSON")]
    [InlineData("[1,2]", "", "not a JSON object")]
    [InlineData("nonsense", "", "not valid JSON")]
    [InlineData("""{"sub\ud800ject":"Rome"}""", "", "no valid text")]
    public void The_row_is_told_and_the_others_are_kept(string row, string field, string problem)
    {
        var file = EditFile.Read(folder.File("edits", $"{Good}\n{row}\n{AlsoGood}\n"));
        file.Records.Select(r => r.Edit.Subject).ShouldBe(["Lyon", "Oslo"]);
        var bad = file.BadRows.ShouldHaveSingleItem();
        bad.Line.ShouldBe(2);
        bad.Field.ShouldBe(field);
        bad.Problem.ShouldContain(problem);
        bad.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public void Broken_UTF8_is_told()
    {
        byte[] text = [.. Encoding.UTF8.GetBytes(Good + "\n{\"subject\":\"R"), 0xFF, 0xC3, .. Encoding.UTF8.GetBytes("me\",\"prompt\":\"R is in\",\"object\":\"I\"}\n" + AlsoGood)];
        var file = EditFile.Read(folder.File("edits", text));
        file.Records.Count.ShouldBe(2);
        file.BadRows.ShouldHaveSingleItem().Problem.ShouldContain("UTF-8");
    }

    [Fact]
    public void A_giant_text_is_told_and_shown_shortened()
    {
        var file = EditFile.Read(folder.File("edits", $$"""{{Good}}{{"\n"}}{"subject":"Rome","prompt":"{{new string('x', 1_000_000)}}","object":"Italy"}{{"\n"}}{{AlsoGood}}"""));
        file.Records.Count.ShouldBe(2);
        file.BadRows.ShouldHaveSingleItem().ToString().Length.ShouldBeLessThan(300);
    }

    [Fact]
    public void A_row_longer_than_any_row_is_skipped_without_being_kept()
    {
        var file = EditFile.Read(folder.File("edits", $$"""[{"subject":"Rome","prompt":"{{new string('x', 9 << 20)}}","object":"Italy"},{{Good}}]"""));
        file.Records.ShouldHaveSingleItem();
        file.BadRows.ShouldHaveSingleItem().Problem.ShouldContain("8 MiB");
    }

    [Theory]
    [InlineData("[" + Good + ",\n" + AlsoGood + ",\n{\"subject\":\"Rome\",\"pro", 2, 3)]
    [InlineData("[" + Good + ",\n" + AlsoGood, 2, 2)]
    [InlineData(Good + "\n" + AlsoGood + "\n{\"subject\":\"Rome\",\"pro", 2, 3)]
    public void A_file_cut_short_loses_only_the_row_it_was_cut_in(string text, int edits, long line)
    {
        var file = EditFile.Read(folder.File("edits", text));
        file.Records.Count.ShouldBe(edits);
        var bad = file.BadRows.ShouldHaveSingleItem();
        bad.Line.ShouldBe(line);
        bad.ToString().ShouldContain("byte");
        bad.ToString().ShouldContain("cut");
    }

    [Fact]
    public void A_bad_element_of_an_array_costs_only_itself()
    {
        var file = EditFile.Read(folder.File("edits", $$"""[{{Good}}, {"subject": tru, "prompt": "a ] } \" b"}, 17, {{AlsoGood}}]"""));
        file.Records.Count.ShouldBe(2);
        file.BadRows.Select(b => b.Record).ShouldBe([2, 3]);
    }

    [Fact]
    public void A_first_line_that_is_broken_does_not_hide_the_others()
    {
        var file = EditFile.Read(folder.File("edits", $"{{\"subject\":\"Rome\n{Good}\n{AlsoGood}"));
        file.Records.Count.ShouldBe(2);
        file.BadRows.ShouldHaveSingleItem().Line.ShouldBe(1);
    }

    [Theory]
    [InlineData("Rome,\"Rome is in,Italy", "never closed")]
    [InlineData("Rome,Rome, the city is in,Italy", "4 fields")]
    [InlineData("Rome,Ro\"me is\" in,Italy", "stray quote")]
    [InlineData("Rome,Rome is in,", "missing")]
    public void A_bad_line_of_CSV_costs_only_itself(string line, string problem)
    {
        var file = EditFile.Read(folder.File("edits", $"subject,prompt,object\nLyon,Lyon is in,Peru\n{line}\nOslo,Oslo is in,Chile\nBonn,Bonn is in,Fiji\n"));
        file.Records.Select(r => r.Edit.Subject).ShouldBe(["Lyon", "Oslo", "Bonn"]);
        var bad = file.BadRows.ShouldHaveSingleItem();
        bad.Line.ShouldBe(3);
        bad.Problem.ShouldContain(problem);
        file.Records[2].Line.ShouldBe(5);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  \n\n", "empty")]
    [InlineData("hello world", "neither JSON nor a CSV header")]
    [InlineData("[]", "no rows")]
    [InlineData("{\"subject\":\"a\"}", "not one of its 1 rows is usable")]
    [InlineData("a,b,c\n1,2,3", "neither JSON nor a CSV header")]
    public void A_file_without_one_usable_row_is_refused_with_a_remedy(string text, string problem)
    {
        var error = Should.Throw<InvalidDataException>(() => EditFile.Read(folder.File("edits", text)));
        error.Message.ShouldContain(problem);
        error.Message.ShouldContain("Give JSON lines");
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_folder_are_refused()
    {
        Should.Throw<FileNotFoundException>(() => EditFile.Read(folder.At("nothing")));
        Should.Throw<InvalidDataException>(() => EditFile.Read(folder.Path));
    }

    [Fact]
    public void A_subject_that_the_prompt_spells_otherwise_is_found_and_one_it_lacks_is_a_warning()
    {
        var file = EditFile.Read(folder.File("edits", """
            {"subject":"O’Neill  Bridge","prompt":"Who built o'neill bridge?","object":"Ann"}
            {"subject":"Rome","prompt":"The capital of Italy is","object":"Turin"}
            """));
        file.Records.Count.ShouldBe(2);
        var warning = file.Warnings.ShouldHaveSingleItem();
        warning.IsWarning.ShouldBeTrue();
        warning.Line.ShouldBe(2);
        warning.Problem.ShouldContain("does not occur");
    }

    [Fact]
    public void No_bytes_whatever_make_the_reader_fail_otherwise_than_with_a_sentence() => Prop.ForAll<byte[]>(noise =>
    {
        var path = folder.File("noise", [.. Encoding.UTF8.GetBytes(Good + "\n"), .. noise, .. Encoding.UTF8.GetBytes("\n" + AlsoGood + "\n")]);
        var subjects = EditFile.Read(path).Records.Select(r => r.Edit.Subject).ToList();
        return subjects[0] == "Lyon" && subjects[^1] == "Oslo";
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_good_row_survives_any_cut_of_the_file() => Prop.ForAll(Gen.Choose(1, 400).ToArbitrary(), length =>
    {
        var text = Encoding.UTF8.GetBytes("[" + string.Join(",\n", Enumerable.Repeat(Good, 8)) + "]");
        var cut = text[..Math.Min(length, text.Length)];
        var whole = Encoding.UTF8.GetString(cut).Split('}').Length - 1;
        try
        {
            return EditFile.Read(folder.File("cut", cut)).Records.Count == whole;
        }
        catch (InvalidDataException)
        {
            return whole == 0;
        }
    }).QuickCheckThrowOnFailure();
}
