using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using MindBridge.Memory.Edits;
using MindBridge.Memory.FactTexts;

namespace MindBridge.Memory.Tests.FactTexts;

public sealed class When_a_fact_text_is_built
{
    [Fact]
    public void A_cloze_is_completed_and_its_parts_are_known()
    {
        var fact = FactText.Of(Of("Danielle Darrieux", "The mother tongue of Danielle Darrieux is", "English"));
        fact.Text.ShouldBe("The mother tongue of Danielle Darrieux is English.");
        fact[fact.Subject!.Value].ShouldBe("Danielle Darrieux");
        fact.Relation.Select(r => fact[r]).ShouldBe(["The mother tongue of", "is"]);
        fact[fact.Object].ShouldBe("English");
    }

    [Theory]
    [InlineData("Who designed Rubenshuis?", "Rubenshuis", "Ann", "Who designed Rubenshuis? Ann.", "Who designed|?")]
    [InlineData("Rubenshuis is in", "Rubenshuis", "Washington, D.C.", "Rubenshuis is in Washington, D.C.", "is in")]
    [InlineData("Whose house is it?", "Rubenshuis", "Ann", "Whose house is it? Ann.", "Whose house is it?")]
    [InlineData("Rubenshuis", "Rubenshuis", "Ann", "Rubenshuis Ann.", "")]
    public void Questions_and_odd_prompts_have_their_forms(string prompt, string subject, string answer, string text, string relation)
    {
        var fact = FactText.Of(Of(subject, prompt, answer));
        fact.Text.ShouldBe(text);
        string.Join('|', fact.Relation.Select(r => fact[r])).ShouldBe(relation);
        (fact.Subject is null).ShouldBe(!prompt.Contains(subject, StringComparison.Ordinal));
    }

    [Fact]
    public void A_prefix_shifts_every_part() => Prop.ForAll<NonNull<string>, NonNull<string>>((words, prefix) =>
    {
        var fact = FactText.Of(Of("Ann", $"{words.Get.Replace("Ann", "", StringComparison.Ordinal)} Ann speaks", "Thai"));
        var moved = fact.After(prefix.Get);
        return moved.Text.EndsWith(fact.Text, StringComparison.Ordinal) && moved[moved.Object] == "Thai" && moved[moved.Subject!.Value] == "Ann"
            && moved[moved.Prompt] == fact[fact.Prompt] && moved.Relation.Select(r => moved[r]).SequenceEqual(fact.Relation.Select(r => fact[r]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_blank_object_is_refused_by_the_edits_name() =>
        Should.Throw<InvalidDataException>(() => FactText.Of(Of("Ann", "Ann speaks", " "))).Message.ShouldBe("edit 17: object is empty; give a non-blank \"object\"");

    [Fact]
    public void The_shipped_sentences_are_plain_and_of_varied_length()
    {
        GeneralPrompts.Sentences.Count.ShouldBeGreaterThan(290);
        GeneralPrompts.Sentences.Distinct().Count().ShouldBe(GeneralPrompts.Sentences.Count);
        GeneralPrompts.Sentences.Select(s => s.Split(' ').Length).ShouldAllBe(n => n >= 4 && n <= 24);
        GeneralPrompts.Sentences.ShouldAllBe(s => char.IsUpper(s[0]) && s.EndsWith('.'));
        GeneralPrompts.All.ShouldAllBe(p => p.Split(' ').Length >= 3);
    }

    [Fact]
    public void The_prefixes_are_thousands_and_always_the_same()
    {
        GeneralPrompts.Prefixes.Distinct().Count().ShouldBe(GeneralPrompts.Prefixes.Count);
        GeneralPrompts.Prefixes.Count.ShouldBeGreaterThan(6000);
        GeneralPrompts.Prefixes.ShouldAllBe(p => p.Trim() == p && p.Length >= 8 && p.Split(' ').Length <= 30 && !p.Contains("  ", StringComparison.Ordinal));
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', GeneralPrompts.Prefixes))))
            .ShouldBe("787de4035230958173355220d6588ee9f44bd745fb19fe604496a26ce41c6aa1", "what was trained with them must be trained alike tomorrow");
    }

    [Fact]
    public void No_prefix_names_a_subject_that_is_scored()
    {
        var subjects = EditFile.Read(OptionalData.Path("prototype/data/edits_1000.jsonl")).Records.Select(r => Words(r.Edit.Subject)).ToArray();
        GeneralPrompts.Prefixes.Select(Words).ShouldAllBe(p => !subjects.Any(s => p.Contains(s, StringComparison.Ordinal)));
    }

    private static string Words(string text) => $" {string.Join(' ', Regex.Matches(text.ToLowerInvariant(), @"\w+").Select(m => m.Value))} ";

    private static Edit Of(string subject, string prompt, string answer) => new() { Id = "17", Subject = subject, Prompt = prompt, Object = answer };
}
