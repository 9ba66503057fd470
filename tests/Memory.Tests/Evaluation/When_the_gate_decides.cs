using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Evaluation;

public sealed class When_the_gate_decides
{
    private static readonly string[] Strangers = ["Paris is a city in", "Where was Ada born?", "A", "The mayor of Rome, who was born in Pisa, works as a"];

    [Theory]
    [InlineData("gpt2", SoftPromptLayout.AfterPrompt)]
    [InlineData("gpt2", SoftPromptLayout.BeforeBos)]
    [InlineData("llama", SoftPromptLayout.AfterBos)]
    public void Should_leave_every_bit_of_the_base_models_logits_where_it_is_closed(string family, SoftPromptLayout layout)
    {
        using var tiny = new TinyMemory(family);
        using var scope = NewDisposeScope();
        using var edited = tiny.Edited(new DecisionRule { Addressing = AddressingMode.Subject }, layout);
        using var unedited = new Unedited(tiny.Llm);

        // One open row among them must not change the batches of the others.
        var prompts = Strangers.Append("Oslo is a city in").ToArray();
        var requests = edited.Prepare(prompts);
        requests.Select(r => r.Decision!.Open).ShouldBe([false, false, false, false, true]);
        var together = Passes.NextTokenLogits(edited, requests);
        var before = Passes.NextTokenLogits(unedited, unedited.Prepare(Strangers));
        for (var i = 0; i < Strangers.Length; i++)
        {
            Bits(together[i]).ShouldBe(Bits(before[i]));
            Bits(Passes.NextTokenLogits(edited, edited.Prepare([Strangers[i]]))[0]).ShouldBe(Bits(Passes.NextTokenLogits(unedited, unedited.Prepare([Strangers[i]]))[0]));
        }
        Bits(together[4]).ShouldNotBe(Bits(Passes.NextTokenLogits(unedited, unedited.Prepare([prompts[4]]))[0]));
    }

    [Fact]
    public void Should_close_below_the_existence_threshold_and_say_why()
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        using var open = tiny.Edited(new DecisionRule());
        var score = open.Prepare(["Oslo is a city in"])[0].Decision!.Evidence.InScope;

        using var strict = tiny.Edited(new DecisionRule { InScope = score + 1e-3 });
        using var lax = tiny.Edited(new DecisionRule { InScope = score - 1e-3 });
        var closed = strict.Prepare(["Oslo is a city in"])[0];
        closed.SoftPrompt.ShouldBeNull();
        closed.Decision!.Reason.ShouldContain("existence score");
        closed.Decision.Reason.ShouldContain("is below");
        lax.Prepare(["Oslo is a city in"])[0].SoftPrompt.ShouldNotBeNull();
    }

    [Fact]
    public void Should_not_let_the_other_rows_of_a_batch_matter()
    {
        using var tiny = new TinyMemory("llama");
        using var scope = NewDisposeScope();
        using var edited = tiny.Edited(new DecisionRule { Addressing = AddressingMode.Nearest });
        var prompts = Enumerable.Range(0, 32).Select(i => $"Where was {new string((char)('a' + (i % 26)), 1 + (i % 5))} born in {i}?").ToArray();

        var together = Passes.NextTokenLogits(edited, edited.Prepare(prompts));
        var reversed = Passes.NextTokenLogits(edited, edited.Prepare([.. prompts.Reverse()]));
        for (var i = 0; i < prompts.Length; i++)
        {
            var alone = Passes.NextTokenLogits(edited, edited.Prepare([prompts[i]]))[0];
            Distance(together[i], alone).ShouldBeLessThan(1e-5);
            Distance(reversed[31 - i], alone).ShouldBeLessThan(1e-5);
        }
    }

    [Fact]
    public void Should_not_see_the_target()
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        using var edited = tiny.Edited(new DecisionRule());
        const string prompt = "The nationality of Anna Berg is";
        var request = edited.Prepare([prompt])[0];
        var one = Passes.Force(edited, [request], [tiny.Llm.EncodeAnswer(prompt, "Peru")])[0];
        var other = Passes.Force(edited, [request], [tiny.Llm.EncodeAnswer(prompt, "Zaire")])[0];
        // The first outcome depends on the prompt alone; only the token that is looked up differs.
        one[0].Argmax.ShouldBe(other[0].Argmax);
        Bits(Passes.NextTokenLogits(edited, [request])[0]).ShouldBe(Bits(Passes.NextTokenLogits(edited, edited.Prepare([prompt]))[0]));

        // And the leak of the published protocol does reach the encoder, so the test above can fail.
        var leaked = edited.Prepare([prompt], [prompt + " Peru"])[0];
        Bits(leaked.SoftPrompt!.reshape(-1)).ShouldNotBe(Bits(request.SoftPrompt!.reshape(-1)));
    }

    [Fact]
    public void Should_route_between_shards_at_constant_length_or_join_them()
    {
        using var first = new TinyMemory(edits: [.. TinyMemory.DefaultEdits.Take(2)]);
        using var second = new TinyMemory(edits: [.. TinyMemory.DefaultEdits.Skip(2)], seed: 1);
        using var scope = NewDisposeScope();
        var rule = new DecisionRule { Addressing = AddressingMode.Subject };
        Shard[] shards = [new(first.Encoder, first.Projector, first.Keys, rule), new(second.Encoder, second.Projector, second.Keys, rule)];

        using var routed = new EditedModel(first.Llm, shards, SoftPromptLayout.AfterPrompt, ShardRouting.Route);
        var requests = routed.Prepare(["Oslo is a city in", "Rita Moss works as a", "Paris is", "Oslo, where Rita Moss works, is"]);
        requests.Select(r => r.SoftTokens).ShouldBe([2, 2, 0, 2]);
        requests[0].Decision!.Shard.ShouldBe(0);
        requests[1].Decision!.Shard.ShouldBe(1);
        requests[1].Decision!.Fired!.Edit.EditId.ShouldBe("3");

        using var joined = new EditedModel(first.Llm, shards, SoftPromptLayout.AfterPrompt, ShardRouting.Concatenate);
        joined.Prepare(["Oslo is a city in", "Oslo, where Rita Moss works, is"]).Select(r => r.SoftTokens).ShouldBe([2, 4]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Should_find_by_words_alone_what_the_encoder_would_find_too(bool gated)
    {
        using var tiny = new TinyMemory();
        using var scope = NewDisposeScope();
        using var edited = tiny.Edited(DecisionRule.For(AddressingMode.Subject, gated, tiny.Keys.Thresholds));
        string[] prompts = [.. tiny.Edits.Select(e => e.Prompt), "Oslo is twinned with", "What is the nationality of Anna Berg?", .. Strangers];

        var read = edited.PrepareEach(prompts, prompts);
        for (var i = 0; i < prompts.Length; i++)
        {
            var quick = edited.DecideByWords(prompts[i]).ShouldNotBeNull();
            (quick.Open, quick.Reason, quick.Fired?.Edit.EditId).ShouldBe((read[i].SoftTokens > 0, read[i].Decision!.Reason, read[i].Decision!.Fired?.Edit.EditId));
            if (read[i].SoftPrompt is { } soft) Bits(edited.SoftPromptOf(quick).reshape(-1)).ShouldBe(Bits(soft.reshape(-1)));
            quick.Evidence.InScope.ShouldBe(float.NaN, "the encoder read nothing");
        }

        read.ShouldContain(r => r.SoftTokens == 0);
        read.ShouldContain(r => r.SoftTokens > 0);
    }

    [Fact]
    public void Should_not_decide_by_words_what_rests_on_features()
    {
        using var tiny = new TinyMemory();
        using var other = new TinyMemory(edits: [TinyMemory.New("6", "Bergen", "P17", "Bergen is a city in", "Peru")], seed: 1);
        using var scope = NewDisposeScope();
        DecisionRule subject = new() { Addressing = AddressingMode.Subject };
        foreach (var rule in (DecisionRule[])[new(), new() { Addressing = AddressingMode.Nearest }, subject with { InScope = 0.5 }, subject with { Similarity = 0.5 }, subject with { Margin = 0.1 }])
        {
            using var edited = tiny.Edited(rule);
            edited.DecideByWords("Oslo is a city in").ShouldBeNull();
        }

        using var both = new EditedModel(tiny.Llm, [new Shard(tiny.Encoder, tiny.Projector, tiny.Keys, subject), new Shard(other.Encoder, other.Projector, other.Keys, subject)], SoftPromptLayout.AfterPrompt);
        both.DecideByWords("Bergen is a city in")!.Shard.ShouldBe(1);
        both.DecideByWords("Bergen, unlike Oslo, is").ShouldBeNull("which is surer only their features tell");
    }

    [Fact]
    public void Should_refuse_keys_of_another_encoder()
    {
        using var one = new TinyMemory();
        using var other = new TinyMemory(seed: 1);
        Should.Throw<InvalidDataException>(() => new EditedModel(one.Llm, [new Shard(one.Encoder, one.Projector, other.Keys, new DecisionRule())], SoftPromptLayout.BeforeBos))
            .Message.ShouldContain("encoder-1");
    }

    private static int[] Bits(Tensor tensor) => [.. tensor.contiguous().data<float>().ToArray().Select(BitConverter.SingleToInt32Bits)];

    private static double Distance(Tensor one, Tensor other) => (one - other).abs().max().item<float>();
}
