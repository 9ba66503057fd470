using MindBridge.Cli.Ability;
using MindBridge.Evaluator.MeasuringAbility;

namespace MindBridge.Evaluator.Tests.MeasuringAbility;

public sealed class When_a_folder_of_data_is_read
{
    [Fact]
    public void Should_make_questions_and_passages_of_every_task()
    {
        using var folder = AbilityFolder.Whole();

        var data = AbilityData.Read(folder.Path, [], 0, 0);

        data.Found.ShouldBe([("sst2", 6, "glue/sst2.jsonl"), ("mrpc", 2, "glue/mrpc.jsonl"), ("cola", 2, "glue/cola.jsonl"), ("rte", 2, "glue/rte.jsonl"), ("nli", 2, "glue/nli.jsonl"), ("mmlu", 3, "mmlu"), ("perplexity", 6, "wikitext-2/test.txt")]);
        data.Items.Where(i => i.Task != "perplexity").ShouldAllBe(i => i.Options!.Contains(i.Answer));
        // The first of these two follows from its text, the second does not; numbers and names mean the same.
        data.Items.Where(i => i.Task is "rte" or "nli").Select(i => i.Answer).ShouldBe(["yes", "no", "yes", "no"]);
        data.Items.Where(i => i.Task is "mrpc" or "cola").Select(i => i.Answer).ShouldBe(["yes", "no", "yes", "no"]);
        var sums = data.Items.Where(i => i.Task == "mmlu").ToList();
        sums.Select(i => i.Answer).ShouldBe(["B", "C", "A"]);
        sums[2].Prompt.ShouldContain("B. 1, or \"one\"\n");
        // Without a test part each question comes after the others of its subject, and never after itself.
        sums.ShouldAllBe(i => i.Examples!.Count == 3 && i.Examples[0].Contains("simple sums") && !i.Examples.Any(e => e.StartsWith(i.Prompt)));
        sums[0].Examples![1].ShouldEndWith("Answer: C\n\n");
        data.Items.Where(i => i.Task == "perplexity").ShouldAllBe(i => i.Prompt.Split(' ', StringSplitOptions.None).Length == 12 && i.Answer.Length > 0);
        AbilityFolder.Sent(AbilityData.Read(folder.Path, [], 0, 99)).ShouldBe(AbilityFolder.Sent(data), "with all of them, nothing is left to a seed");
    }

    [Fact]
    public void Should_draw_by_seed_and_ask_a_test_part_after_the_examples()
    {
        using var folder = AbilityFolder.Whole();
        folder.Write("mmlu/test/simple_sums_test.csv", "Three and three?,3,6,9,1,B\nFour and four?,8,6,4,2,A\n");

        string[] Drawn(ulong seed) => [.. AbilityData.Read(folder.Path, ["sst2"], 3, seed).Items.Select(i => i.Prompt)];
        Drawn(1).ShouldBe(Drawn(1));
        Drawn(1).Length.ShouldBe(3);
        var one = Drawn(1);
        Enumerable.Range(2, 8).Select(s => Drawn((ulong)s)).ShouldContain(d => !d.SequenceEqual(one));
        var mmlu = AbilityData.Read(folder.Path, ["mmlu"], 0, 0).Items;
        mmlu.Select(i => (i.Answer, i.Examples!.Count)).ShouldBe([("B", 4), ("A", 4)]);
    }

    [Theory]
    [InlineData("glue/sst2.jsonl", "{\"sentence\": \"fine\", \"label\": 1}\n{\"sentence\": \"fine too\", \"label\": 7}\n", "sst2.jsonl, line 2: label is 7; give 0 (negative) or 1 (positive)")]
    [InlineData("glue/sst2.jsonl", "{\"sentence\": \"fine\", \"label\": 1}\n\n{\"sentence\": \n", "sst2.jsonl, line 3 is no JSON")]
    [InlineData("glue/sst2.jsonl", "[1]\n", "sst2.jsonl, line 1 is no object")]
    [InlineData("glue/mrpc.jsonl", "{\"sentence1\": \"one\", \"label\": 1}\n", "mrpc.jsonl, line 1: sentence2 is missing or no text")]
    [InlineData("glue/nli.jsonl", "{\"sentence1\": \"one\", \"sentence2\": \"two\", \"label\": \"perhaps\"}\n", "nli.jsonl, line 1: label is \"perhaps\"; give 0 (entailment) or 1 (not_entailment)")]
    [InlineData("mmlu/dev/law_dev.csv", "What?,a,b,c,d,A\nAnd?,a,b,c\n", "law_dev.csv, line 2 has 4 fields; give six")]
    [InlineData("mmlu/dev/law_dev.csv", "\"What\nelse?\",a,b,c,d,A\nAnd?,a,b,c,d,E\n", "law_dev.csv, line 3: the right choice is \"E\"")]
    [InlineData("mmlu/dev/law_dev.csv", "What?,a,b,c,d,A\n\"And?,a,b,c,d,E\n", "law_dev.csv, line 2 has a quote that is never closed")]
    [InlineData("mmlu/dev/law_dev.csv", "What?,a,,c,d,A\n", "law_dev.csv, line 1 has an empty field")]
    [InlineData("wikitext-2/test.txt", "fine\nno\uFFFDthing\n", "test.txt, line 2 is no UTF-8 text")]
    public void Should_say_which_line_of_which_file_is_broken(string name, string text, string sentence)
    {
        using var folder = new AbilityFolder();
        folder.Write(name, text);
        Should.Throw<InvalidDataException>(() => AbilityData.Read(folder.Path, [], 0, 0)).Message.ShouldContain(sentence);
    }

    [Fact]
    public void Should_say_what_a_folder_lacks()
    {
        using var folder = new AbilityFolder();
        Should.Throw<ArgumentException>(() => AbilityData.Read(folder.Path, [], 0, 0)).Message.ShouldContain("holds no data; give a folder with glue/sst2.jsonl");
        Should.Throw<ArgumentException>(() => AbilityData.Read(folder.Path, ["mmlu"], 0, 0)).Message.ShouldContain("has no data for mmlu");
        Should.Throw<ArgumentException>(() => AbilityData.Read(folder.Path, ["wit"], 0, 0)).Message.ShouldContain("--tasks has \"wit\"");
        Should.Throw<DirectoryNotFoundException>(() => AbilityData.Read(folder.Path + "/none", [], 0, 0)).Message.ShouldContain("there is no such folder");
        folder.Write("perplexity.txt", "too short\n");
        Should.Throw<InvalidDataException>(() => AbilityData.Read(folder.Path, [], 0, 0)).Message.ShouldContain("perplexity.txt holds nothing to ask");
    }

    [Fact]
    public void Should_read_the_public_data_as_it_is_published()
    {
        var data = AbilityData.Read(Path.Combine(OptionalData(), "data"), [], 0, 0);
        data.Found.Select(f => f.Task).ShouldBe(AbilityTask.All);
        data.Items.Count(i => i.Task == "mmlu").ShouldBeGreaterThan(250);
        data.Items.Count(i => i.Task == "nli").ShouldBeGreaterThan(2000);
    }

    private static string OptionalData()
    {
        var named = Environment.GetEnvironmentVariable("MINDBRIDGE_DATA");
        Assert.SkipUnless(named is not null && Directory.Exists(Path.Combine(named, "data", "glue")), "the optional data folder is absent: set MINDBRIDGE_DATA to the folder that holds data/");
        return named!;
    }
}
