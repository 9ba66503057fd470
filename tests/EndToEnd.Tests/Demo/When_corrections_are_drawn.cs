using MindBridge.Cli.World;
using MindBridge.Memory.Relations;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.EndToEnd.Tests.Demo;

public sealed class When_corrections_are_drawn
{
    private static readonly DemoWorld World = DemoWorld.Load();
    private static readonly DemoCorrections Drawn = DemoCorrections.Draw(World, 300, 0);

    [Fact]
    public void Each_exchanges_the_object_for_another_of_its_relation()
    {
        Drawn.Edits.Count.ShouldBe(300);
        Drawn.Edits.Select(e => e.Id).ShouldBeUnique();
        foreach (var edit in Drawn.Edits)
        {
            var relation = World.Relations.Single(r => r.Wikidata == edit.Relation);
            World.Facts.ShouldContain(f => f.Relation == relation.Name && f.Subject == edit.Subject && f.Object == edit.OldObject);
            edit.Object.ShouldNotBe(edit.OldObject);
            World.Facts.ShouldContain(f => f.Relation == relation.Name && f.Object == edit.Object);
            edit.Prompt.ShouldContain(edit.Subject);
            edit.Wordings.Count.ShouldBeGreaterThanOrEqualTo(4);
        }
    }

    [Fact]
    public void Nothing_that_scores_was_trained()
    {
        var check = LeakCheck.Of(Drawn.Edits, Drawn.OutOfScope.SelectMany(p => p.Wordings.Prepend(p.Prompt)), Drawn.Prefixes);
        check.Leaks(Drawn.Probes).ShouldBeEmpty();
        check.Leaks(Drawn.Validation).ShouldBeEmpty();
        Drawn.Validation.Select(p => p.Prompt).Intersect(Drawn.Probes.Select(p => p.Prompt)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_correction_is_scored_in_held_out_wordings()
    {
        foreach (var edit in Drawn.Edits)
        {
            Drawn.Probes.Count(p => p.EditId == edit.Id && p.Kind is ProbeKind.Reliability).ShouldBe(1);
            Drawn.Probes.Count(p => p.EditId == edit.Id && p.Kind is ProbeKind.Generality).ShouldBe(4);
        }
        foreach (var kind in new[] { ProbeKind.LocalityNeighbour, ProbeKind.LocalityHeldOut, ProbeKind.LocalitySameSubject })
            Drawn.Probes.Count(p => p.Kind == kind).ShouldBeGreaterThan(30, kind.ToString());
    }

    [Fact]
    public void No_base_model_reads_a_test_wording_about_a_subject_that_may_be_corrected()
    {
        var editable = World.Facts.Where(f => f.Role is FactRole.Edit).ToList();
        var texts = WorldText.Of(World).Facts.Select(f => f.Text).ToHashSet();
        foreach (var fact in editable)
            foreach (var wording in World.RelationOf(fact).Test)
                texts.ShouldNotContain($"{Relation.Prompt(wording, fact.Subject)} {fact.Object}.");
    }

    [Fact]
    public void The_shipped_bank_of_wordings_holds_no_test_wording()
    {
        var bank = KnownRelation.All.SelectMany(r => r.Wordings).Select(w => w.Replace("{}", "{s}").TrimEnd('?', '.', ' ').ToLowerInvariant()).ToHashSet();
        World.Relations.SelectMany(r => r.Test).ShouldAllBe(w => !bank.Contains(w.ToLowerInvariant()));
    }

    [Fact]
    public void A_seed_draws_the_same_and_another_seed_others()
    {
        DemoCorrections.Draw(World, 300, 0).Edits.Select(e => (e.Id, e.Object)).ShouldBe(Drawn.Edits.Select(e => (e.Id, e.Object)));
        DemoCorrections.Draw(World, 300, 1).Edits.Select(e => (e.Id, e.Object)).ShouldNotBe(Drawn.Edits.Select(e => (e.Id, e.Object)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100000)]
    public void Too_few_or_too_many_are_refused(int count) =>
        Should.Throw<ArgumentException>(() => DemoCorrections.Draw(World, count, 0)).Message.ShouldContain("give 1 to");
}
