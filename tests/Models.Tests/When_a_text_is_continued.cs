using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

public sealed class When_a_text_is_continued
{
    private static readonly GenerationSettings s_endless = new(10) { StopAtEnd = false };
    private static readonly int[][] s_prompts = [[5, 9, 2], [7], [3, 3, 8, 1, 6, 2, 9], [30, 12, 4, 4]];

    [Theory]
    [MemberData(nameof(SmallModels.Llms), MemberType = typeof(SmallModels))]
    public void Greedy_takes_the_likeliest_token_of_a_whole_pass_each_time(string name)
    {
        using var model = SmallModels.Llm(name);
        foreach (var prompt in s_prompts)
            Say(model, [prompt], s_endless)[0].ShouldBe(Slowly(model, prompt, 10));
    }

    [Theory]
    [MemberData(nameof(SmallModels.Llms), MemberType = typeof(SmallModels))]
    public void A_batch_says_what_each_row_says_alone_padded_on_either_side(string name)
    {
        using var model = SmallModels.Llm(name);
        foreach (var settings in new[] { s_endless, s_endless with { Temperature = 0.9, TopK = 12, TopP = 0.9, RepetitionPenalty = 1.3, Seed = 11 } })
        {
            var alone = s_prompts.Select(p => Say(model, [p], settings)[0]).ToList();
            foreach (var side in new[] { PaddingSide.Left, PaddingSide.Right })
            {
                var together = Say(model, s_prompts, settings with { Padding = side });
                for (var row = 0; row < s_prompts.Length; row++) together[row].ShouldBe(alone[row], $"{side}, row {row}");
            }
        }
    }

    [Fact]
    public void Prompts_given_as_embeddings_say_the_same()
    {
        using var scope = NewDisposeScope();
        using var model = SmallModels.Llm("llama");
        Tensor[] embeddings = [.. s_prompts.Select(p => model.Embed(tensor(p.Select(i => (long)i).ToArray())))];
        Generator.Generate(model, embeddings, s_endless).ShouldBe(Say(model, s_prompts, s_endless));
    }

    [Fact]
    public void A_seed_repeats_and_another_seed_differs()
    {
        using var model = SmallModels.Llm("gpt2");
        var settings = s_endless with { Temperature = 1.5, MaxTokens = 20 };
        var first = Say(model, [s_prompts[0]], settings)[0];
        Say(model, [s_prompts[0]], settings)[0].ShouldBe(first);
        Enumerable.Range(1, 5).Select(seed => Say(model, [s_prompts[0]], settings with { Seed = seed })[0]).ShouldContain(other => !other.SequenceEqual(first));
    }

    [Fact]
    public void A_cold_or_narrow_draw_is_greedy()
    {
        using var model = SmallModels.Llm("llama");
        var greedy = Say(model, s_prompts, s_endless);
        Say(model, s_prompts, s_endless with { Temperature = 1e-4 }).ShouldBe(greedy);
        Say(model, s_prompts, s_endless with { Temperature = 1, TopK = 1 }).ShouldBe(greedy);
        Say(model, s_prompts, s_endless with { Temperature = 1, TopP = 1e-6 }).ShouldBe(greedy);
    }

    [Fact]
    public void Top_k_and_top_p_bound_what_is_drawn_and_probabilities_are_right()
    {
        float[] logits = [0, 3, 2, 1, 2, -5];
        int[] Draws(GenerationSettings settings, int count)
        {
            var choice = new TokenChoice(settings, []);
            var seen = new int[logits.Length];
            for (var i = 0; i < count; i++) seen[choice.Next([.. logits])]++;
            return seen;
        }
        var all = Draws(new GenerationSettings(Temperature: 1), 20000);
        var total = logits.Sum(l => Math.Exp(l));
        for (var i = 0; i < logits.Length; i++) (all[i] / 20000.0).ShouldBe(Math.Exp(logits[i]) / total, 0.012);
        Draws(new GenerationSettings(Temperature: 1, TopK: 3), 2000).Select(n => n > 0).ShouldBe([false, true, true, false, true, false]);
        // exp(3) is 54 % of the whole, so reaching 60 % takes one more; of the equal ones the first.
        Draws(new GenerationSettings(Temperature: 1, TopP: 0.6), 2000).Select(n => n > 0).ShouldBe([false, true, true, false, false, false]);
    }

    [Fact]
    public void A_penalty_stops_a_loop()
    {
        using var model = SmallModels.Llm("gpt2");
        var free = Say(model, [[5, 6]], s_endless with { MaxTokens = 25 })[0];
        var bound = Say(model, [[5, 6]], s_endless with { MaxTokens = 25, RepetitionPenalty = 1e9 })[0];
        free.Distinct().Count().ShouldBeLessThan(free.Count);
        bound.ShouldBeUnique();
        bound.ShouldNotContain(5);
    }

    [Fact]
    public void Presence_and_frequency_count_what_the_text_has_and_not_the_prompt()
    {
        // Three tokens, the first always a little likelier: presence takes its lead away once, frequency a part of it each time.
        static string Said(double presence, double frequency)
        {
            var choice = new TokenChoice(new GenerationSettings { PresencePenalty = presence, FrequencyPenalty = frequency }, [0, 0, 0, 0]);
            return string.Concat(Enumerable.Range(0, 8).Select(_ => choice.Next([1.5f, 0.5f, -9])));
        }

        Said(0, 0).ShouldBe("00000000");
        Said(1.25, 0).ShouldBe("01000000", "once each has been said, both have lost the same");
        Said(0, 0.75).ShouldBe("00101010");
        Said(-1, 0).ShouldBe("00000000");
        // Drawn, too: what is taken from the logits is taken from the chances.
        var drawn = new TokenChoice(new GenerationSettings(Temperature: 1, Seed: 3) { FrequencyPenalty = 2 }, []);
        Enumerable.Range(0, 300).CountBy(_ => drawn.Next([3, 0, 0])).Max(c => c.Value).ShouldBeLessThan(110, "each time makes the next less likely");
    }

    [Fact]
    public void End_tokens_end_a_row_and_are_not_part_of_it()
    {
        using var model = SmallModels.Llm("llama");
        var whole = Say(model, s_prompts, s_endless);
        var stop = whole[0][3];
        var rows = Generator.Continue(model, s_prompts, s_endless with { StopTokens = [stop] }, null);
        for (var row = 0; row < rows.Count; row++)
        {
            var expected = whole[row].TakeWhile(t => t != stop).ToArray();
            rows[row].Tokens.ShouldBe(expected);
            rows[row].Reason.ShouldBe(expected.Length < 10 ? FinishReason.EndToken : FinishReason.Length);
        }
    }

    [Fact]
    public void The_last_position_can_be_used_and_none_beyond()
    {
        using var model = SmallModels.Llm("gpt2");
        int[] prompt = [.. Enumerable.Range(1, 46).Select(i => i % 30)];
        Say(model, [prompt], s_endless)[0].Count.ShouldBe(3);
        Should.Throw<ArgumentException>(() => Say(model, [[.. Enumerable.Range(0, 49).Select(i => i % 30)]], s_endless)).Message.ShouldContain("at most 48");
    }

    [Fact]
    public void Nothing_asked_gives_nothing()
    {
        using var model = SmallModels.Llm("gpt2");
        Say(model, s_prompts, new GenerationSettings(0)).ShouldAllBe(r => r.Count == 0);
        Say(model, Array.Empty<int[]>(), s_endless).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("temperature")]
    [InlineData("top-k")]
    [InlineData("top-p")]
    [InlineData("penalty")]
    [InlineData("presence penalty")]
    [InlineData("frequency penalty")]
    [InlineData("stop")]
    [InlineData("tokens")]
    [InlineData("empty")]
    [InlineData("vocabulary")]
    public void Senseless_settings_are_named(string which)
    {
        using var model = SmallModels.Llm("gpt2");
        var settings = which switch
        {
            "temperature" => s_endless with { Temperature = double.NaN },
            "top-k" => s_endless with { TopK = -1 },
            "top-p" => s_endless with { TopP = 0 },
            "penalty" => s_endless with { RepetitionPenalty = 0 },
            "presence penalty" => s_endless with { PresencePenalty = 2.5 },
            "frequency penalty" => s_endless with { FrequencyPenalty = double.NaN },
            "stop" => s_endless with { StopTexts = [""] },
            "tokens" => s_endless with { MaxTokens = -1 },
            _ => s_endless,
        };
        int[] prompt = which switch { "empty" => [], "vocabulary" => [40], _ => [1] };
        Should.Throw<ArgumentException>(() => Say(model, [prompt], settings)).Message.ShouldContain(which);
    }

    [Fact]
    public void A_cancelled_generation_stops()
    {
        using var model = SmallModels.Llm("gpt2");
        using var source = new CancellationTokenSource();
        var count = 0;
        Should.Throw<OperationCanceledException>(() => Generator.Continue(model, [[1, 2]], s_endless, null, (_, _) =>
        {
            if (++count == 3) source.Cancel();
        }, source.Token));
        count.ShouldBe(3);
    }

    [Fact]
    public void No_tensor_is_left_over()
    {
        using var model = SmallModels.Llm("llama");
        Say(model, s_prompts, s_endless);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Say(model, s_prompts, s_endless with { Temperature = 1 });
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(live);
    }

    private static IReadOnlyList<IReadOnlyList<int>> Say(CausalLanguageModel model, IReadOnlyList<IReadOnlyList<int>> prompts, GenerationSettings settings) =>
        Generator.Generate(model, prompts, settings);

    private static List<int> Slowly(CausalLanguageModel model, int[] prompt, int count)
    {
        var ids = prompt.Select(i => (long)i).ToList();
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            var logits = model.Logits(model.Hidden(model.Embed(tensor(ids.ToArray()).unsqueeze(0))));
            ids.Add(logits[0, ids.Count - 1].argmax().ToInt64());
        }
        return [.. ids.Skip(prompt.Length).Select(i => (int)i)];
    }
}
