using MindBridge.Memory.Edits;

namespace MindBridge.Memory.Tests.Edits;

public sealed class When_templates_are_given : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_in_ParaRels_form_names_its_relations_by_its_files()
    {
        Write("P19.jsonl", """{"pattern": "[X] was born in [Y] .", "lemma": "born"}""", """{"pattern": "[Y] is where [X] was born"}""", """{"pattern": "[X] , born in [Y]."}""", "");
        Write("P20.jsonl", """{"template": "{} died in", "relation": "death"}""");

        var found = TemplateFile.Read(folder.At("."));

        found.Keys.Order().ShouldBe(["P19", "death"]);
        found["P19"].ShouldBe(["{} was born in", "{}, born in"], "a pattern that does not end with its object asks nothing");
        found["death"].ShouldBe(["{} died in"]);
    }

    [Fact]
    public void A_row_that_will_not_do_is_named_and_the_others_are_taken()
    {
        var file = Write("own.jsonl", """{"relation": "r", "template": "{} was born in"}""", "not json", """["x"]""", """{"relation": "r"}""", """{"template": "no subject"}""", """{"template": "{}"}""", """{"template": "{} and {}"}""");
        var told = new List<RowProblem>();

        TemplateFile.Read(file, (_, problem) => told.Add(problem))["r"].ShouldBe(["{} was born in"]);

        told.Select(p => p.Line).ShouldBe([2, 3, 4, 5, 6, 7]);
        told[3].ToString().ShouldContain("write {}");
    }

    [Fact]
    public void Nothing_usable_is_refused_in_a_sentence()
    {
        Should.Throw<InvalidDataException>(() => TemplateFile.Read(Write("bad.jsonl", "{"))).Message.ShouldContain("line 1");
        Should.Throw<FileNotFoundException>(() => TemplateFile.Read(folder.At("nowhere"))).Message.ShouldContain("no such file or folder");
        Directory.CreateDirectory(folder.At("empty"));
        Should.Throw<InvalidDataException>(() => TemplateFile.Read(folder.At("empty"))).Message.ShouldContain("no .jsonl file");
    }

    [Fact]
    public void They_word_edits_and_ask_other_things_of_their_subjects()
    {
        Edit edit = new() { Id = "1", Subject = "Ann", Prompt = "Ann was born in", Object = "Oslo", Relation = "P19" };
        var templates = RelationTemplates.Of([edit], given: new Dictionary<string, IReadOnlyList<string>> { ["P19"] = ["{} was born in", "{} hails from"], ["P106"] = ["{} works as a"] });

        templates.WordingsOf(edit, 9, seed: 1).ShouldBe(["Ann hails from"]);
        templates.HardNegativesOf(edit, 9, seed: 1).ShouldBe(["Ann works as a"]);
    }

    private string Write(string name, params string[] lines)
    {
        File.WriteAllLines(folder.At(name), lines);
        return folder.At(name);
    }
}
