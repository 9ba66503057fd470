using FsCheck;
using FsCheck.Fluent;
using MindBridge.Memory.Batching;
using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Edits;
using Row = MindBridge.Memory.Batching.Row;
using MindBridge.Memory.Pretraining;
using MindBridge.Models;
using MindBridge.Tokenizers;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Training;

public sealed class When_a_step_is_built(TinyWorld world) : IClassFixture<TinyWorld>
{
    [Fact]
    public void Spans_find_subject_relation_and_object_even_where_their_words_repeat()
    {
        var tokenizer = TextTokenizer.From(world.Encoder);
        // "Rome" is subject and object; searching token ids would confuse them.
        var fact = MaskableFact.Of(new Edit { Id = "1", Subject = "Rome", Object = "Rome", Prompt = "the city of Rome is" }, "the city of Rome is", tokenizer);
        string[] Words(int[] at) => [.. at.Select(i => tokenizer.Token(fact.Ids[i]))];
        fact.Subject.ShouldBe([3]);
        fact.Object.ShouldBe([5]);
        Words(fact.Relation).ShouldBe(["the", "city", "of", "is"]);
        Words([6]).ShouldBe(["."]);
    }

    [Fact]
    public void A_step_is_a_function_of_its_number_alone()
    {
        var tokenizer = TextTokenizer.From(world.Encoder);
        var memory = new TokenisedMemory(TinyWorld.EncoderData, tokenizer, 48);
        var forwards = new StepPlan(memory, TinyWorld.EncoderSettings);
        var seen = Enumerable.Range(0, 12).Select(s => forwards.Build(s)).ToArray();
        var backwards = new StepPlan(memory, TinyWorld.EncoderSettings);
        for (var s = 11; s >= 0; s--)
        {
            var again = backwards.Build(s);
            again.Masked.ShouldBe(seen[s].Masked);
            again.Rows!.Source.SelectMany(r => r.Ids).ShouldBe(seen[s].Rows!.Source.SelectMany(r => r.Ids));
        }
    }

    [Fact]
    public void An_epoch_shows_every_edit_and_the_prompt_rows_never_show_an_object()
    {
        var tokenizer = TextTokenizer.From(world.Encoder);
        var memory = new TokenisedMemory(TinyWorld.EncoderData, tokenizer, 48);
        var plan = new StepPlan(memory, TinyWorld.EncoderSettings with { RandomMask = 0 });
        var places = new[] { "rome", "oslo", "lima", "cairo" }.Select(p => tokenizer.Encode(p, special: false)[0]).ToHashSet();
        var objects = new List<long>();
        for (long s = 0; s < plan.StepsPerEpoch; s++)
        {
            var step = plan.Build(s);
            objects.AddRange(step.Masked);
            step.Rows!.Source.Skip(step.InScope).SelectMany(r => r.Ids).ShouldNotContain(i => places.Contains(i));
            step.Dummy!.Source.SelectMany(r => r.Ids).ShouldNotContain(i => places.Contains(i));
        }

        objects.Order().ShouldBe(memory.Edits.SelectMany(e => e.Object).Select(i => (long)i).Order());
    }

    [Fact]
    public void Padding_and_blocks_change_no_hidden_state()
    {
        using var model = MaskedLanguageModel.From(world.Encoder);
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var random = RandomStream.For(1, "rows");
        var rows = Enumerable.Range(0, 17).Select(i =>
        {
            var length = 2 + random.Below(30);
            return new Row([.. Enumerable.Range(0, length).Select(_ => 5 + random.Below(40))], [random.Below(length), 0], i % 3 == 0 ? [random.Below(length)] : []);
        }).ToArray();
        var vectors = randn(rows.Sum(r => r.Slots.Length), model.Width);
        var alone = new List<float>();
        var slot = 0;
        foreach (var row in rows)
        {
            var own = row.Slots.Length == 0 ? null : vectors.narrow(0, slot, row.Slots.Length);
            slot += row.Slots.Length;
            alone.AddRange(new PaddedBlocks([row]).Hidden(model, own).data<float>().ToArray());
        }

        foreach (var blocks in new[] { 1, 2, 3, 5 })
            Same(new PaddedBlocks(rows, blocks).Hidden(model, vectors));
        Same(new RowBatch(rows).Hidden(model, vectors));

        void Same(Tensor hidden)
        {
            var together = hidden.data<float>().ToArray();
            together.Length.ShouldBe(alone.Count);
            together.Zip(alone).Max(p => Math.Abs(p.First - p.Second)).ShouldBeLessThan(1e-5f);
        }
    }

    [Fact]
    public void A_permutation_holds_every_number_once_and_streams_repeat_themselves() => Prop.ForAll<int, int>((seed, count) =>
    {
        var n = Math.Abs(count % 1000);
        var order = RandomStream.For(seed, "test", 3).Permutation(n);
        return order.Order().SequenceEqual(Enumerable.Range(0, n)) && order.SequenceEqual(RandomStream.For(seed, "test", 3).Permutation(n));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_learning_rate_rises_then_falls_to_nothing()
    {
        LearningRate.At(1, 0, 100, 0.1).ShouldBe(0.1, 1e-12);
        LearningRate.At(1, 9, 100, 0.1).ShouldBe(1, 1e-12);
        LearningRate.At(1, 55, 100, 0.1).ShouldBe(0.5, 1e-12);
        LearningRate.At(1, 99, 100, 0.1).ShouldBeLessThan(0.001);
    }

    [Fact]
    public void Pairs_are_counted_for_the_area_under_the_curve() =>
        EncoderValidation.Auc([1f, 2f, 3f], [0f, 2f]).ShouldBe((1 + 1.5 + 2) / 6.0, 1e-12);
}
