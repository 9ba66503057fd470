using MindBridge.Memory.Addressing;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Evaluation;

public sealed class When_an_edit_is_addressed
{
    [Fact]
    public void Should_find_its_own_key_first()
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        var nearest = tiny.Keys.Nearest(tiny.Encoder.Features([.. tiny.Edits.Select(e => e.Prompt)]), 2);
        for (var i = 0; i < tiny.Edits.Count; i++)
        {
            nearest[i][0].Edit.EditId.ShouldBe(tiny.Edits[i].Id);
            nearest[i][0].Similarity.ShouldBe(1, 1e-4f);
            nearest[i][1].Edit.EditId.ShouldNotBe(tiny.Edits[i].Id);
        }
    }

    [Fact]
    public void Should_name_each_edit_once_however_many_keys_it_has()
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        using var many = KeyStore.Build(tiny.Encoder, tiny.Edits, null, e => [e.Prompt + ".", "It is said: " + e.Prompt, e.Prompt]);
        many.Keys.ShouldBe(15);
        var nearest = many.Nearest(tiny.Encoder.Features(["Oslo is a city in."]), 5)[0];
        nearest.Select(n => n.Edit.EditId).Distinct().Count().ShouldBe(5);
        nearest[0].Edit.EditId.ShouldBe("2");
    }

    [Fact]
    public void Should_be_gone_after_retraction_and_leave_the_others_as_they_were()
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        var query = tiny.Encoder.Features(["Oslo is a city in", "Rita Moss works as a"]);
        var before = tiny.Keys.Nearest(query, 5);
        using var without = tiny.Keys.Without("2");
        var after = without.Nearest(query, 5);

        without.Edits.Select(e => e.EditId).ShouldBe(["1", "3", "4", "5"]);
        after[0].ShouldNotContain(n => n.Edit.EditId == "2");
        foreach (var kept in after.SelectMany(a => a))
            before.SelectMany(b => b).ShouldContain(b => b.Edit == kept.Edit && Math.Abs(b.Similarity - kept.Similarity) < 1e-6f);
        without.Values[1].data<float>().ToArray().ShouldBe(tiny.Keys.Values[2].data<float>().ToArray());
        without.Named(["Oslo is a city in"], query.narrow(0, 0, 1))[0].ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => without.Without("2")).Message.ShouldContain("edit 2 is not in this memory");
    }

    [Fact]
    public void Should_come_back_from_its_file_and_be_refused_by_another_encoder()
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        var path = Path.Combine(Directory.CreateTempSubdirectory("mindbridge-keys-").FullName, KeyStore.FileName);
        tiny.Keys.Save(path);
        using var loaded = KeyStore.Load(path, tiny.Encoder);
        loaded.Edits.Select(e => e.Prompt).ShouldBe(tiny.Keys.Edits.Select(e => e.Prompt));
        loaded.Thresholds.ShouldBe(tiny.Keys.Thresholds);
        var query = tiny.Encoder.Features(["The mayor of New York City is"]);
        loaded.Nearest(query, 1)[0][0].Similarity.ShouldBe(tiny.Keys.Nearest(query, 1)[0][0].Similarity);
        loaded.Named(["Who is the mayor of New York City?"], query)[0][0].Relation.ShouldBe(tiny.Keys.Named(["Who is the mayor of New York City?"], query)[0][0].Relation);

        using var other = tiny.NewEncoder(9);
        Should.Throw<InvalidDataException>(() => KeyStore.Load(path, other)).Message.ShouldContain("made by another encoder");
        Directory.Delete(Path.GetDirectoryName(path)!, true);
    }

    [Fact]
    public void Should_be_found_by_its_subject_and_not_by_a_part_of_a_longer_one()
    {
        var match = new SubjectMatch([.. TinyMemory.DefaultEdits.Select(e => new StoredEdit(e.Id, e.Subject, [e.Relation!], e.Prompt, e.Object))]);
        string[] Found(string query) => [.. match.In(query).Select(h => TinyMemory.DefaultEdits[h.Edit].Id)];

        Found("Who governs new york city today?").ShouldBe(["5"]);
        Found("New York, they say, is nice").ShouldBe(["4"]);
        Found("New Yorkers and Oslovians").ShouldBeEmpty();
        Found("Anna Berg's nationality").ShouldBe(["1"]);
        Found("").ShouldBeEmpty();
    }

    [Fact]
    public void Should_be_asked_in_the_sentence_that_holds_the_subject()
    {
        const string query = "He sold 3.5 boats. \"Was it so?\" Some say that Oslo. Or not";
        var start = query.IndexOf("Oslo", StringComparison.Ordinal);
        SubjectMatch.RelationText(query, start, start + 4).ShouldBe("Some say that [X]. Or not");
    }

    [Fact]
    public void Should_take_the_relation_of_a_known_wording_when_the_edit_names_none()
    {
        using var tiny = new TinyMemory(edits:
        [
            TinyMemory.New("1", "Anna Berg", null, "Anna Berg was born in", "Lima"),
            TinyMemory.New("2", "Anna Berg", null, "qqq Anna Berg zzz", "Lima"),
        ]);
        tiny.Keys.Edits[0].Relations[0].ShouldBe("P19");
        tiny.Keys.Edits[1].Relations[^1].ShouldStartWith("wording:");
    }

    [Fact]
    public void Should_open_for_new_wordings_of_its_relation_and_stay_shut_for_other_questions_about_its_subject()
    {
        using var tiny = new TinyMemory(edits: [TinyMemory.New("1", "Anna Berg", "P19", "Anna Berg was born in", "Lima"), TinyMemory.New("2", "Oslo", "P17", "Oslo is a city in", "Chile")]);
        using var scope = NewDisposeScope();
        using var edited = tiny.Edited(DecisionRule.For(AddressingMode.Subject, true, tiny.Keys.Thresholds));
        bool Open(string prompt) => edited.Prepare([prompt])[0].Decision!.Open;

        Open("Anna Berg was born in").ShouldBeTrue();
        Open("He was late. The native place of Anna Berg, they say, is").ShouldBeTrue();
        Open("Where did Anna Berg's life begin? It was").ShouldBeTrue();
        Open("Anna Berg plays the").ShouldBeFalse();
        Open("Which instrument does Anna Berg play?").ShouldBeFalse();
        Open("Anna Bergman was born in").ShouldBeFalse();
        edited.Prepare(["Anna Berg plays the"])[0].Decision!.Reason.ShouldContain("lead of the edit's relation");
    }
}
