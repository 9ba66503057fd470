using FsCheck;
using FsCheck.Fluent;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Tests.Edits;

public sealed class When_edits_conflict
{
    [Fact]
    public void The_last_of_one_prompt_stands()
    {
        var set = Resolve(Of("Lyon", "The twin city of Lyon is", "Manila"), Of("Oslo", "Oslo is in", "Peru"), Of("lyon", "the twin city of Lyon is:", "Karachi"));
        set.Records.Select(r => r.Edit.Object).ShouldBe(["Peru", "Karachi"]);
        var conflict = set.Conflicts.ShouldHaveSingleItem();
        conflict.Kept.Edit.Object.ShouldBe("Karachi");
        conflict.Superseded.ShouldHaveSingleItem().Edit.Object.ShouldBe("Manila");
        set.Probes.ShouldNotContain(p => p.Answer == "Manila");
    }

    [Fact]
    public void The_last_of_one_relation_stands_whatever_its_prompt()
    {
        var set = Resolve(Of("Lyon", "The twin city of Lyon is", "Manila", "P190"), Of("Lyon", "Lyon is twinned with", "Karachi", "P190"), Of("Lyon", "Lyon is in", "Peru", "P17"));
        set.Records.Select(r => r.Edit.Object).ShouldBe(["Karachi", "Peru"]);
    }

    [Fact]
    public void Questions_of_one_old_answer_are_one_relation_and_clozes_are_not()
    {
        Resolve(Of("Rubenshuis", "Who designed Rubenshuis?", "Ann", old: "Rubens"), Of("Rubenshuis", "Which person is the architect of Rubenshuis?", "Bob", old: "Rubens"))
            .Records.ShouldHaveSingleItem().Edit.Object.ShouldBe("Bob");
        Resolve(Of("Ann", "Ann speaks", "Thai", old: "French"), Of("Ann", "The mother tongue of Ann is", "Dutch", old: "French")).Conflicts.ShouldBeEmpty();
    }

    [Fact]
    public void Different_subjects_and_different_relations_do_not_conflict() =>
        Resolve(Of("Lyon", "Lyon is in", "Peru", "P17"), Of("Lyon", "Lyon is twinned with", "Rome", "P190"), Of("Oslo", "Oslo is in", "Chile", "P17")).Conflicts.ShouldBeEmpty();

    [Fact]
    public void A_repetition_is_dropped_and_its_probes_are_kept()
    {
        var first = Of("Lyon", "Lyon is in", "Peru", paraphrase: "Where is Lyon?");
        var second = Of("Lyon", "Lyon is in", "peru", paraphrase: "In what country is Lyon?");
        var set = Resolve(first, second);
        set.Duplicates.ShouldHaveSingleItem();
        var kept = set.Records.ShouldHaveSingleItem();
        kept.Probes.Where(p => p.Kind is ProbeKind.Generality).Select(p => p.Prompt).ShouldBe(["Where is Lyon?", "In what country is Lyon?"]);
        kept.Probes.ShouldAllBe(p => p.EditId == kept.Edit.Id);
    }

    [Fact]
    public void Resolving_loses_nothing_and_leaves_no_conflict() => Prop.ForAll(Gen.ListOf(Gen.Choose(0, 35)).ToArbitrary(), codes =>
    {
        // 3 subjects, 3 relations, 4 objects.
        var records = Resolved([.. codes.Select(c => Of($"S{c % 3}", $"S{c % 3} has relation {c / 3 % 3} to", $"O{c / 9}", $"P{c / 3 % 3}"))]);
        var set = EditSet.Resolve(records);
        var again = EditSet.Resolve(set.Records);
        return set.Records.Count + set.Duplicates.Count + set.Conflicts.Sum(c => c.Superseded.Count) == records.Count
            && again.Conflicts.Count == 0 && again.Duplicates.Count == 0
            && set.Records.All(r => records.Last(x => x.Edit.Subject == r.Edit.Subject && x.Edit.Relation == r.Edit.Relation).Edit.Object == r.Edit.Object);
    }).QuickCheckThrowOnFailure();

    private static (string, string, string, string?, string?, string?) Of(string subject, string prompt, string answer, string? relation = null, string? old = null, string? paraphrase = null) => (subject, prompt, answer, relation, old, paraphrase);

    private static EditSet Resolve(params (string, string, string, string?, string?, string?)[] edits) => EditSet.Resolve(Resolved(edits));

    private static List<EditRecord> Resolved((string Subject, string Prompt, string Object, string? Relation, string? Old, string? Paraphrase)[] edits) => [.. edits.Select((e, i) =>
    {
        var edit = new Edit { Id = $"e{i}", Subject = e.Subject, Prompt = e.Prompt, Object = e.Object, Relation = e.Relation, OldObject = e.Old };
        var probes = new List<Probe> { new() { Kind = ProbeKind.Reliability, Prompt = e.Prompt, Answer = e.Object, EditId = edit.Id } };
        if (e.Paraphrase is { } prompt) probes.Add(new Probe { Kind = ProbeKind.Generality, Prompt = prompt, Answer = e.Object, EditId = edit.Id });
        return new EditRecord(edit, probes, i + 1, i + 1);
    })];
}
