using MindBridge.Cli.World;

namespace MindBridge.EndToEnd.Tests.Demo;

public sealed class When_the_demo_world_is_read
{
    private static readonly DemoWorld World = DemoWorld.Load();

    [Fact]
    public void Every_relation_has_five_training_wordings_and_some_held_out_ones()
    {
        World.Relations.Count.ShouldBeGreaterThanOrEqualTo(8);
        foreach (var relation in World.Relations)
        {
            relation.Trained.Count().ShouldBeGreaterThanOrEqualTo(5, relation.Name);
            relation.Test.Count.ShouldBeGreaterThanOrEqualTo(3, relation.Name);
            relation.Validation.Count().ShouldBe(2, relation.Name);
        }
    }

    [Fact]
    public void No_wording_is_used_for_training_and_for_testing()
    {
        var train = World.Relations.SelectMany(r => r.Train).Select(Normal).ToList();
        var test = World.Relations.SelectMany(r => r.Test).Select(Normal).ToList();
        train.Intersect(test).ShouldBeEmpty();
        train.ShouldBeUnique();
        test.ShouldBeUnique();
        foreach (var wording in test)
            train.ShouldNotContain(t => t.Contains(wording) || wording.Contains(t), $"'{wording}' is part of a training wording, or the other way round");
    }

    [Fact]
    public void Every_wording_names_the_subject_once_and_leaves_the_object_open()
    {
        foreach (var wording in World.Relations.SelectMany(r => r.Train.Concat(r.Test)))
        {
            wording.Split("{s}").Length.ShouldBe(2, wording);
            wording.ShouldBe(wording.Trim());
            ".?!".ShouldNotContain(wording[^1], wording);
        }
    }

    [Fact]
    public void There_are_about_a_thousand_facts_and_none_twice()
    {
        World.Facts.Count.ShouldBeInRange(1000, 1500);
        World.Facts.Select(f => (f.Relation, f.Subject)).ShouldBeUnique();
        World.Facts.Select(f => f.Relation).Distinct().ShouldBe(World.Relations.Select(r => r.Name));
    }

    [Fact]
    public void No_subject_hides_inside_another_subject_or_object()
    {
        var subjects = World.Facts.Select(f => f.Subject).Distinct().ToList();
        var padded = subjects.Concat(World.Facts.Select(f => f.Object).Distinct()).Select(s => $" {s} ").ToList();
        foreach (var subject in subjects)
            padded.Count(s => s.Contains($" {subject} ")).ShouldBe(1, subject);
    }

    [Fact]
    public void Enough_facts_may_be_corrected_and_each_has_neighbours_and_another_object()
    {
        var editable = World.Facts.Where(f => f.Role is FactRole.Edit).ToList();
        editable.Count.ShouldBeGreaterThanOrEqualTo(350);
        editable.Select(f => f.Subject).ShouldBeUnique();
        foreach (var fact in editable)
        {
            World.Facts.ShouldContain(f => f.Role == FactRole.Known && f.Relation == fact.Relation && f.Object == fact.Object, fact.ToString());
            World.Facts.ShouldContain(f => f.Relation == fact.Relation && f.Object != fact.Object, fact.ToString());
        }
    }

    [Fact]
    public void Facts_of_role_same_and_only_these_share_their_subject_with_a_correction()
    {
        var corrected = World.Facts.Where(f => f.Role is FactRole.Edit).Select(f => f.Subject).ToHashSet();
        World.Facts.Where(f => f.Role is FactRole.Same).ShouldAllBe(f => corrected.Contains(f.Subject));
        World.Facts.Where(f => f.Role is FactRole.Known).ShouldAllBe(f => !corrected.Contains(f.Subject));
        World.Facts.Count(f => f.Role is FactRole.Same).ShouldBeGreaterThanOrEqualTo(50);
    }

    [Fact]
    public void Filler_sentences_are_finished_sentences_without_subjects()
    {
        var random = new Random(1);
        var names = World.Facts.Select(f => f.Subject).Where(s => s.Contains(' ')).ToList();
        foreach (var _ in Enumerable.Range(0, 300))
        {
            var sentence = World.Filler.Sentence(random);
            sentence.ShouldEndWith(".");
            sentence.ShouldNotContain("{");
            char.IsUpper(sentence[0]).ShouldBeTrue(sentence);
            names.ShouldNotContain(n => sentence.Contains(n), sentence);
        }
    }

    private static string Normal(string wording) => wording.ToLowerInvariant();
}
