using FsCheck;
using FsCheck.Fluent;
using MindBridge.Artifacts;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.Memory.Tests.Splits;

public sealed class When_a_file_is_split
{
    private static readonly string[] s_templates = ["The twin city of {} is", "{} is twinned with", "{}, whose sister city is", "The sister city of {} is called"];

    [Fact]
    public void No_text_stands_on_two_sides() => Prop.ForAll(Gen.Choose(1, 60).ToArbitrary(), Gen.Choose(0, 99).ToArbitrary(), (edits, seed) =>
    {
        var split = Splitter.Make(World(80), new SplitSettings { Seed = seed, Limit = edits, HardNegatives = 1 });
        split.RefuseLeaks();
        var validation = split.Validation.Select(p => NormalisedText.Fold(p.Prompt)).ToHashSet();
        return split.Edits.Count == edits && !split.Probes.Where(p => p.Kind is not ProbeKind.Reliability).Any(p => validation.Contains(NormalisedText.Fold(p.Prompt)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Edits_beyond_the_limit_lend_their_prompts()
    {
        var split = Splitter.Make(World(200), new SplitSettings { Limit = 50 });
        var edited = split.Edits.Select(e => e.Subject).ToHashSet();
        split.Probes.Count(p => p.Kind is ProbeKind.LocalityHeldOut).ShouldBe(22);
        split.Probes.Count(p => p.Kind is ProbeKind.LocalityNeighbour).ShouldBe(50, "locality probes need not train here");
        split.Validation.Count(p => p.Kind is ProbeKind.LocalityHeldOut).ShouldBe(15);
        split.OutOfScope.ShouldAllBe(p => !edited.Any(s => p.Prompt.Contains(s + " ") || p.Prompt.EndsWith(s)));
    }

    [Fact]
    public void A_file_alone_shares_its_locality_prompts_by_subject()
    {
        var split = Splitter.Make(World(60), new SplitSettings());
        split.Sources.Keys.ShouldContain("locality prompts of the file that do not score");
        split.OutOfScope.Count(p => p.Prompt.Contains("Neighbour", StringComparison.Ordinal)).ShouldBeGreaterThan(5);
        split.Probes.Count(p => p.Kind is ProbeKind.LocalityNeighbour).ShouldBeInRange(15, 45);
    }

    [Fact]
    public void Wordings_are_crossed_and_held_out_templates_choose()
    {
        var split = Splitter.Make(World(60), new SplitSettings());
        split.Edits.Sum(e => e.Wordings.Count).ShouldBeGreaterThan(60);
        split.Validation.Count(p => p.Kind is ProbeKind.Generality).ShouldBeGreaterThan(20);
        Splitter.Make(World(60), new SplitSettings { Wordings = 0 }).Edits.ShouldAllBe(e => e.Wordings.Count == 0);
    }

    [Fact]
    public void Without_relations_some_paraphrases_choose_instead_of_score()
    {
        var split = Splitter.Make(World(60, named: false), new SplitSettings());
        split.Validation.Count(p => p.Kind is ProbeKind.Generality).ShouldBe(6);
        split.Probes.Count(p => p.Kind is ProbeKind.Generality).ShouldBe(54);
        split.Edits.ShouldAllBe(e => e.Wordings.Count == 0);
    }

    [Fact]
    public void The_callers_out_of_scope_prompts_are_used_and_partly_held_out()
    {
        var given = Enumerable.Range(0, 200).Select(i => new GeneralPrompt($"Lake {i} drains into", "the sea", $"Lake {i}")).Append(new GeneralPrompt("Town 3 is old and", null, "Town 3")).ToList();
        var split = Splitter.Make(World(40), new SplitSettings(), given);
        split.OutOfScope.Count(p => p.Prompt.StartsWith("Lake", StringComparison.Ordinal)).ShouldBe(150);
        split.Probes.Count(p => p.Kind is ProbeKind.LocalityHeldOut).ShouldBe(30);
        split.LeftOut["out-of-scope prompts about an edited subject"].ShouldBe(1);
    }

    [Fact]
    public void A_probe_that_asks_another_edits_prompt_is_left_out()
    {
        var records = World(10).Records.ToList();
        records[0] = records[0] with { Probes = [.. records[0].Probes, new Probe { Kind = ProbeKind.Generality, Prompt = records[1].Edit.Prompt, Answer = "x", EditId = records[0].Edit.Id }] };
        var split = Splitter.Make(EditSet.Resolve(records), new SplitSettings());
        split.Probes.ShouldNotContain(p => p.Kind == ProbeKind.Generality && p.Prompt == records[1].Edit.Prompt);
        split.LeftOut["Generality probes that ask a trained prompt"].ShouldBe(1);
    }

    [Fact]
    public void A_wording_that_a_probe_asks_is_given_up_and_the_probe_is_kept()
    {
        var records = World(12).Records.ToList();
        var asked = RelationTemplates.Apply(s_templates[1], records[0].Edit.Subject);
        records[0] = records[0] with { Probes = [.. records[0].Probes, new Probe { Kind = ProbeKind.Generality, Prompt = asked, Answer = records[0].Edit.Object, EditId = records[0].Edit.Id }] };
        var split = Splitter.Make(EditSet.Resolve(records), new SplitSettings { HeldOutTemplates = 0 });
        split.Probes.ShouldContain(p => p.Kind == ProbeKind.Generality && p.Prompt == asked);
        split.Edits[0].Wordings.ShouldNotContain(asked);
        split.Edits[0].Wordings.Count.ShouldBe(2);
    }

    [Fact]
    public void One_seed_gives_one_artifact()
    {
        using var folder = new TemporaryFolder();
        var first = Splitter.Make(World(40), new SplitSettings { Seed = 5 }).Write(folder.At("a"));
        var second = Splitter.Make(World(40), new SplitSettings { Seed = 5 }).Write(folder.At("b"));
        var other = Splitter.Make(World(40), new SplitSettings { Seed = 6 }).Write(folder.At("c"));
        second.Id.ShouldBe(first.Id);
        other.Id.ShouldNotBe(first.Id);
        var back = Split.Open(folder.At("a"));
        Artifact.HashOfValue(back.Edits).ShouldBe(Artifact.HashOfValue(Splitter.Make(World(40), new SplitSettings { Seed = 5 }).Edits));
        back.Probes.Count.ShouldBeGreaterThan(40);
    }

    [Fact]
    public void No_edits_are_refused() => Should.Throw<InvalidDataException>(() => Splitter.Make(World(3), new SplitSettings { Limit = 0 })).Message.ShouldContain("no edits");

    [Theory]
    [InlineData("One prompt\nAnother prompt, with a comma\n\n", 2)]
    [InlineData("{\"prompt\":\"{} is in\",\"subject\":\"Rome\",\"answer\":\"Italy\"}\n{\"nothing\":1}\n", 1)]
    [InlineData("[\"no\", {\"prompt\":\"a b c\"}]", 1)]
    [InlineData("prompt,answer\nRome is in,Italy\n", 1)]
    public void Files_of_prompts_may_be_text_JSON_or_CSV(string text, int prompts)
    {
        using var folder = new TemporaryFolder();
        PromptFile.Read(folder.File("p", text)).Count.ShouldBe(prompts);
    }

    [Theory]
    [InlineData("", "no prompt")]
    [InlineData("{\"text\":\"\"}", "is empty")]
    public void A_file_without_a_prompt_is_refused(string text, string problem)
    {
        using var folder = new TemporaryFolder();
        Should.Throw<InvalidDataException>(() => PromptFile.Read(folder.File("p", text))).Message.ShouldContain(problem);
        Should.Throw<FileNotFoundException>(() => PromptFile.Read(folder.At("missing")));
    }

    [Fact]
    public void Probe_files_tell_their_kinds()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("p", """
            {"kind":"gen","prompt":"Where is Rome?","answer":"Peru"}
            {"case_id":1,"prompt":"Paris is in","answer":"France","source":"neighbour"}
            {"case_id":1,"prompt":"Paris has","answer":"a tower","source":"same subject, relation P30"}
            {"prompt":"Oslo is in","answer":"Norway"}
            {"prompt":"Rome lies in","target_new":"Peru"}
            {"kind":"wrong","prompt":"x","answer":"y"}
            {"subject":"Lima","prompt":"Lima lies in","object":"Chad"}
            {"subject":"Lima","prompt":"Lima can be found in","target_new":"Chad"}
            """);
        var problems = new List<RowProblem>();
        PromptFile.ReadProbes(path, report: problems.Add).Select(p => p.Kind).ShouldBe([ProbeKind.Generality, ProbeKind.LocalityNeighbour, ProbeKind.LocalitySameSubject, ProbeKind.LocalityHeldOut, ProbeKind.Generality, ProbeKind.Reliability, ProbeKind.Generality]);
        problems.ShouldHaveSingleItem().Field.ShouldBe("kind");
    }

    // Towns with twin cities; each brings a paraphrase and a neighbour.
    private static EditSet World(int count, bool named = true) => EditSet.Resolve([.. Enumerable.Range(0, count).Select(i =>
    {
        var subject = $"Town {i}";
        var edit = new Edit { Id = $"{i}", Subject = subject, Prompt = s_templates[i % 4].Replace("{}", subject, StringComparison.Ordinal), Object = $"City {i % 7}", OldObject = "Old", Relation = named ? "P190" : null };
        return new EditRecord(edit, [
            new Probe { Kind = ProbeKind.Reliability, Prompt = edit.Prompt, Answer = edit.Object, EditId = edit.Id },
            new Probe { Kind = ProbeKind.Generality, Prompt = $"People of {subject} often visit their partners in", Answer = edit.Object, EditId = edit.Id },
            new Probe { Kind = ProbeKind.LocalityNeighbour, Prompt = $"The twin city of Neighbour {i} is", Answer = "Old", EditId = edit.Id }], i + 1, i + 1);
    })]);
}
