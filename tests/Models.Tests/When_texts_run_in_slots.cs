using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_texts_run_in_slots
{
    public static TheoryData<string> Llms => SmallModels.Llms;

    [Theory]
    [MemberData(nameof(Llms))]
    public void Should_say_what_a_pass_over_the_whole_text_says(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Llm(name);
        using var slots = model.NewSlots(3, 20);
        var ids = SmallModels.Ids(2, 12);
        var whole = model.Logits(model.Hidden(model.Embed(ids)));

        // The first text reads its prompt in two parts and goes on by one; the second begins while the first runs.
        var embeddings = model.Embed(ids);
        Tensor Part(int row, int from, int count) => embeddings.select(0, row).narrow(0, from, count);
        var first = model.Next(Part(0, 0, 5), slots, [2, 2, 2, 2, 2], [4]);
        var mixed = model.Next(cat([Part(0, 5, 3), Part(1, 0, 7)], 0), slots, [2, 2, 2, 0, 0, 0, 0, 0, 0, 0], [2, 9]);
        var last = model.Next(cat([Part(1, 7, 1), Part(0, 8, 1)], 0), slots, [0, 2], [0, 1]);

        SmallModels.Distance(first[0], whole[0, 4]).ShouldBeLessThan(1e-4);
        SmallModels.Distance(mixed[0], whole[0, 7]).ShouldBeLessThan(1e-4);
        SmallModels.Distance(mixed[1], whole[1, 6]).ShouldBeLessThan(1e-4);
        SmallModels.Distance(last[0], whole[1, 7]).ShouldBeLessThan(1e-4);
        SmallModels.Distance(last[1], whole[0, 8]).ShouldBeLessThan(1e-4);
        (slots.Length(0), slots.Length(1), slots.Length(2)).ShouldBe((8, 0, 9));
    }

    [Theory]
    [MemberData(nameof(Llms))]
    public void Should_give_the_same_bits_alone_and_in_any_company(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            using var model = SmallModels.Llm(name);
            if (type == ScalarType.BFloat16) model.to(ScalarType.BFloat16);
            using var slots = model.NewSlots(16, 20);
            var embeddings = model.Embed(SmallModels.Ids(16, 12));
            float[] Alone(int slot)
            {
                slots.Clear(slot);
                model.Next(embeddings[5].narrow(0, 0, 8), slots, [.. Enumerable.Repeat(slot, 8)], [7]);
                return [.. model.Next(embeddings[5].narrow(0, 8, 1), slots, [slot], [0]).data<float>().ToArray()];
            }

            var alone = Alone(3);
            foreach (var company in (int[])[1, 2, 3, 6, 15])
            {
                for (var slot = 0; slot < 16; slot++) slots.Clear(slot);
                for (var c = 0; c < company; c++) model.Next(embeddings[c == 5 ? 15 : c].narrow(0, 0, 3 + c % 5), slots, [.. Enumerable.Repeat(c, 3 + c % 5)], [0]);
                // Its prompt is read in other parts, too, and it stands elsewhere in the batch.
                model.Next(embeddings[5].narrow(0, 0, 3), slots, [15, 15, 15], [2]);
                model.Next(cat([embeddings[0].narrow(0, 10, 1), embeddings[5].narrow(0, 3, 5)], 0), slots, [0, 15, 15, 15, 15, 15], [5]);
                var rows = Enumerable.Range(0, company).Select(c => embeddings[c].narrow(0, 11, 1)).Append(embeddings[5].narrow(0, 8, 1)).ToArray();
                var together = model.Next(cat(rows, 0), slots, [.. Enumerable.Range(0, company), 15], [.. Enumerable.Range(0, company + 1)]);
                together[company].data<float>().ToArray().ShouldBe(alone, $"{name}, {type}, with {company} others");
            }
        }
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    public void Should_encode_a_text_to_the_same_bits_alone_and_in_any_company(string name)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = SmallModels.Create(name);
        var embeddings = model.Embed(SmallModels.Ids(16, 12));
        Tensor Features(int from, int count) => model.HiddenOfEach(embeddings.narrow(0, from, count), tensor(Enumerable.Range(0, count).Select(r => r * 12L).ToArray()));

        var alone = Features(5, 1)[0].data<float>().ToArray();

        foreach (var (from, count) in ((int, int)[])[(5, 2), (4, 3), (0, 7), (0, 16)]) Features(from, count)[5 - from].data<float>().ToArray().ShouldBe(alone);
        SmallModels.Distance(Features(0, 16), model.Hidden(embeddings).select(1, 0)).ShouldBeLessThan(1e-4);
    }

    [Fact]
    public void Should_leave_nothing_behind()
    {
        using var model = SmallModels.Llm("llama");
        using var slots = model.NewSlots(4, 20);
        void Step()
        {
            using var scope = NewDisposeScope();
            slots.Clear(1);
            model.Next(model.Embed(SmallModels.Ids(1, 6)).squeeze(0), slots, [1, 1, 1, 1, 1, 1], [5]);
        }

        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 50; i++) Step();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    [Fact]
    public void Should_refuse_a_token_for_which_there_is_no_room()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Llm("gpt2");
        using var slots = model.NewSlots(2, 3);

        Should.Throw<ArgumentException>(() => model.Next(model.Embed(SmallModels.Ids(1, 4)).squeeze(0), slots, [1, 1, 1, 1], [3])).Message.ShouldContain("slot 1 holds 3 tokens and is full");
        slots.Length(1).ShouldBe(0);
    }
}
