using MindBridge.Memory.Edits;

namespace MindBridge.Memory.Tests.Edits;

public sealed class When_templates_are_crossed
{
    private static readonly Edit[] s_edits =
    [
        Of("1", "Lyon", "The twin city of Lyon is", "P190"), Of("2", "Oslo", "Oslo is twinned with", "P190"), Of("3", "Bonn", "Bonn, whose sister city is", "P190"),
        Of("4", "Ann", "The mother tongue of Ann is", "P103"), Of("5", "Bob", "Bob natively speaks", "P103"), Of("6", "Lyon", "Lyon lies in", "P17"),
        Of("7", "Rome", "Who founded Rome?", null), Of("8", "Nobody", "Who was it?", "P190"),
    ];

    private readonly RelationTemplates templates = RelationTemplates.Of(s_edits);

    [Fact]
    public void A_wording_is_another_edits_template_of_the_same_relation_on_this_subject()
    {
        templates.WordingsOf(s_edits[0], 9, seed: 1).Order().ShouldBe(["Lyon is twinned with", "Lyon, whose sister city is"]);
        templates.WordingsOf(s_edits[0], 1, seed: 1).Count.ShouldBe(1);
        templates.WordingsOf(s_edits[6], 9, seed: 1).ShouldBeEmpty("without a named relation no two templates mean one thing");
    }

    [Fact]
    public void What_is_forbidden_is_left_out() => templates.WordingsOf(s_edits[0], 9, 1, p => p.Contains("twinned", StringComparison.Ordinal)).ShouldBe(["Lyon, whose sister city is"]);

    [Fact]
    public void A_hard_negative_asks_another_relation_that_no_edit_of_the_subject_is_about()
    {
        var negatives = templates.HardNegativesOf(s_edits[0], 9, seed: 1);
        negatives.ShouldNotBeEmpty();
        negatives.ShouldAllBe(p => p.Contains("Lyon", StringComparison.Ordinal));
        negatives.ShouldNotContain("Lyon lies in", "another edit changes that");
        negatives.ShouldNotContain(p => p.Contains("twin", StringComparison.Ordinal) || p.Contains("sister", StringComparison.Ordinal));
    }

    [Fact]
    public void Held_out_templates_serve_validation_only()
    {
        var held = RelationTemplates.Of(s_edits, heldOutShare: 0.34, seed: 3);
        var (train, choose) = (held.WordingsOf(s_edits[0], 9, 3), held.ValidationWordingsOf(s_edits[0], 9, 3));
        train.Intersect(choose).ShouldBeEmpty();
        held.HeldOut["P190"].Count.ShouldBe(1);
        held.HeldOut["P103"].ShouldBeEmpty("two templates are too few to hold one out");
    }

    [Fact]
    public void One_seed_gives_one_choice() =>
        Enumerable.Range(0, 20).Select(seed => string.Join('|', templates.HardNegativesOf(s_edits[0], 2, seed))).ShouldBe(Enumerable.Range(0, 20).Select(seed => string.Join('|', RelationTemplates.Of(s_edits).HardNegativesOf(s_edits[0], 2, seed))));

    private static Edit Of(string id, string subject, string prompt, string? relation) => new() { Id = id, Subject = subject, Prompt = prompt, Object = "x", Relation = relation };
}
