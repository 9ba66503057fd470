using MindBridge.Models.Pretraining;
using MindBridge.Tokenizers;

namespace MindBridge.Models.Tests.Pretraining;

public sealed class When_training_rows_are_made : IDisposable
{
    private const int Width = 24;
    private static readonly string[] Prompts = ["The capital of Altania is", "Borland is governed from", "Cestia has its capital in"];

    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-rows-").FullName;
    private readonly PretrainingText text = new(
        [.. Prompts.Select(p => new StatedFact($"{p} Oslo.", p.Length + 1, 4))],
        ["The harbour was quiet and the lamp was lit, and the harbour master slept beside the lamp until the bell rang twice."]);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Answers_weigh_most_and_padding_nothing(string kind)
    {
        var tokenizer = Tokenizer(kind);
        var (ids, weights) = new CausalRows(text, tokenizer, Width, 1).Next(40);
        var answer = tokenizer.Encode(" Oslo", special: false)[0];
        var heavy = Enumerable.Range(0, ids.Length).Where(i => weights[i] > 2).ToList();
        heavy.ShouldNotBeEmpty();
        heavy.ShouldAllBe(i => ids[i] == answer);
        foreach (var row in ids.Chunk(Width).Zip(weights.Chunk(Width)))
        {
            var last = Array.FindLastIndex(row.Second, w => w > 0);
            row.First[(last + 1)..].ShouldAllBe(id => id == tokenizer.Eos);
        }
    }

    [Fact]
    public void Facts_are_never_cut_and_also_begin_in_mid_row()
    {
        var tokenizer = Tokenizer("gpt2");
        var (ids, _) = new CausalRows(text with { Passages = [] }, tokenizer, Width, 1).Next(60);
        var sentences = text.Facts.Select(f => f.Text).ToHashSet();
        var starts = new HashSet<int>();
        foreach (var row in ids.Chunk(Width))
        {
            var decoded = tokenizer.Decode(row.Select(i => (int)i));
            foreach (var sentence in decoded.Split('.', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                sentences.ShouldContain(sentence + ".");
            starts.Add(decoded.IndexOf('.'));
        }
        starts.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_passage_longer_than_a_row_goes_on_in_the_next()
    {
        var tokenizer = Tokenizer("gpt2");
        var passage = tokenizer.Encode(text.Passages[0], special: false);
        passage.Count.ShouldBeGreaterThan(16);
        var rows = new CausalRows(text with { Facts = [] }, tokenizer, 16, 1);
        var ids = rows.Next(8).Ids;
        ids[..passage.Count].Select(i => (int)i).ShouldBe(passage);
    }

    [Fact]
    public void Drawing_is_a_function_of_the_seed()
    {
        var tokenizer = Tokenizer("gpt2");
        new CausalRows(text, tokenizer, Width, 7).Next(5).Ids.ShouldBe(new CausalRows(text, tokenizer, Width, 7).Next(5).Ids);
        new CausalRows(text, tokenizer, Width, 8).Next(5).Ids.ShouldNotBe(new CausalRows(text, tokenizer, Width, 7).Next(5).Ids);
    }

    [Fact]
    public void Masked_batches_hide_whole_answers_and_can_be_undone()
    {
        var bay = text with { Passages = [], Facts = [.. Prompts.Select(p => new StatedFact($"{p} Oslo Bay.", p.Length + 1, 8))] };
        WordPieceTokenizer.Write(bay.All, 90, 64, folder);
        var tokenizer = TextTokenizer.From(folder);
        var answer = tokenizer.Encode("Oslo Bay", special: false);
        var rows = new MaskedRows(bay, tokenizer, 32, 64, 1);
        var whole = 0;
        for (var n = 0; n < 60; n++)
        {
            var batch = rows.Next();
            var restored = (long[])batch.Ids.Clone();
            for (var k = 0; k < batch.Positions.Length; k++) restored[batch.Positions[k]] = batch.Targets[k];
            for (var row = 0; row < batch.Rows; row++)
            {
                var line = restored.AsSpan(row * batch.Width, batch.Width).ToArray().Where((_, k) => batch.Mask[(row * batch.Width) + k] == 1).Select(i => (int)i).ToList();
                line[0].ShouldBe(tokenizer.Cls!.Value);
                line[^1].ShouldBe(tokenizer.Sep!.Value);
                tokenizer.Decode(line).ShouldContain("oslo bay");
            }
            var masked = batch.Positions.Where(p => batch.Ids[p] == tokenizer.Mask).ToHashSet();
            whole += masked.Count(p => masked.Contains(p + 1) && restored[p] == answer[0] && restored[p + 1] == answer[1]);
        }
        whole.ShouldBeGreaterThan(10);
    }

    private TextTokenizer Tokenizer(string kind)
    {
        var texts = text.All.Concat(text.All.Select(t => " " + t));
        if (kind == "gpt2") BytePairTokenizer.WriteGpt2(texts, 340, 64, folder);
        else BytePairTokenizer.WriteLlama(texts, 340, 64, folder);
        return TextTokenizer.From(folder);
    }
}
