using System.Text.Json.Nodes;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.SpeakingOpenAi;

public sealed class When_the_official_client_calls(Platform platform) : IAsyncLifetime
{
    private const string Llm = ServingPlatform.Llm;
    private readonly Tenant tenant = platform.Serving.NewTenant();
    private OpenAiClient client = null!;

    public async ValueTask InitializeAsync() => client = await OpenAiClient.StartAsync(platform.Serving.InferenceRest, tenant.Key);

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_complete_a_prompt_as_gRPC_does()
    {
        const string Prompt = "The capital of Austria is";
        var whole = await client.AskAsync("complete", new { model = Llm, prompt = Prompt, temperature = 0, max_tokens = 8 });
        var streamed = await client.AskAsync("completeStreaming", new { model = Llm, prompt = Prompt, temperature = 0, max_tokens = 8, stream_options = new { include_usage = true } });
        var pieces = await tenant.PiecesAsync(new Contracts.V1.GenerateRequest { Target = new Contracts.V1.Target { Llm = Llm }, Prompt = Prompt, MaxTokens = 8 });

        var text = string.Concat(pieces.Select(p => p.Text));
        text.ShouldStartWith(" Vienna");
        ((string)whole["object"]!).ShouldBe("text_completion");
        ((string)whole["choices"]![0]!["text"]!).ShouldBe(text);
        ((string)whole["choices"]![0]!["finish_reason"]!).ShouldBe(pieces[^1].FinishReason);
        ((int)whole["usage"]!["prompt_tokens"]!).ShouldBe(pieces[^1].PromptTokens);
        ((int)whole["usage"]!["completion_tokens"]!).ShouldBe(pieces[^1].CompletionTokens);
        ((string)streamed["texts"]!["0"]!).ShouldBe(text);
        streamed["usage"]!.ToJsonString().ShouldBe(whole["usage"]!.ToJsonString());
        streamed["parts"]!.AsArray().Count(p => p is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Should_draw_the_same_for_the_same_seed_alone_and_among_several()
    {
        object Body(int n, int seed) => new { model = Llm, prompt = "The capital of Austria is", temperature = 1.5, max_tokens = 24, seed, n };
        var one = await client.AskAsync("complete", Body(1, 7));
        var many = await client.AskAsync("complete", Body(6, 7));
        var streamed = await client.AskAsync("completeStreaming", Body(6, 7));

        var texts = many["choices"]!.AsArray().Select(c => (string)c!["text"]!).ToList();
        texts.Count.ShouldBe(6);
        texts[0].ShouldBe((string)one["choices"]![0]!["text"]!);
        texts.Distinct().Count().ShouldBeGreaterThan(3);
        ((string)(await client.AskAsync("complete", Body(1, 9)))["choices"]![0]!["text"]!).ShouldBe(texts[2]);
        for (var i = 0; i < 6; i++) ((string)streamed["texts"]![$"{i}"]!).ShouldBe(texts[i]);
    }

    [Fact]
    public async Task Should_answer_several_prompts_in_their_order()
    {
        string[] prompts = ["The capital of Austria is", "The capital of France is"];
        var both = await client.AskAsync("complete", new { model = Llm, prompt = prompts, temperature = 0, max_tokens = 6, n = 2 });

        var choices = both["choices"]!.AsArray();
        choices.Select(c => (int)c!["index"]!).ShouldBe([0, 1, 2, 3]);
        for (var i = 0; i < 4; i++)
        {
            var alone = await client.AskAsync("complete", new { model = Llm, prompt = prompts[i / 2], temperature = 0, max_tokens = 6 });
            ((string)choices[i]!["text"]!).ShouldBe((string)alone["choices"]![0]!["text"]!);
        }
    }

    [Fact]
    public async Task Should_tell_probabilities_that_add_up()
    {
        var answer = await client.AskAsync("complete", new { model = Llm, prompt = "The capital of Austria is", temperature = 0, max_tokens = 6, logprobs = 3 });
        var chat = await client.AskAsync("chat", new { model = Llm, messages = new[] { new { role = "user", content = "The capital of Austria is" } }, temperature = 0, max_tokens = 6, logprobs = true, top_logprobs = 3 });

        var (text, told) = ((string)answer["choices"]![0]!["text"]!, answer["choices"]![0]!["logprobs"]!);
        string.Concat(told["tokens"]!.AsArray().Select(t => (string)t!)).ShouldBe(text);
        for (var i = 0; i < told["tokens"]!.AsArray().Count; i++)
        {
            var best = told["top_logprobs"]![i]!.AsObject();
            // Greedy: the token is the likeliest.
            best.Max(b => (double)b.Value!).ShouldBe((double)told["token_logprobs"]![i]!, 1e-6);
            best.Sum(b => Math.Exp((double)b.Value!)).ShouldBeLessThanOrEqualTo(1.0001);
            ((double)told["token_logprobs"]![i]!).ShouldBeLessThanOrEqualTo(0);
        }

        ((string)chat["choices"]![0]!["message"]!["content"]!).ShouldBe(text);
        chat["choices"]![0]!["logprobs"]!["content"]!.AsArray().Select(t => (string)t!["token"]!).ShouldBe(told["tokens"]!.AsArray().Select(t => (string)t!));
    }

    [Fact]
    public async Task Should_take_a_prompt_s_tokens_for_the_prompt()
    {
        var tokenizer = MindBridge.Tokenizers.TextTokenizer.From(TrainedWorld.LlmFolder);
        int[][] prompts = [[.. tokenizer.Encode("The capital of Austria is")], [.. tokenizer.Encode("The capital of France is")]];
        var words = await client.AskAsync("complete", new { model = Llm, prompt = "The capital of Austria is", temperature = 0, max_tokens = 6 });
        var one = await client.AskAsync("complete", new { model = Llm, prompt = prompts[0], temperature = 0, max_tokens = 6 });
        var both = await client.AskAsync("complete", new { model = Llm, prompt = prompts, temperature = 0, max_tokens = 6 });

        var text = (string)words["choices"]![0]!["text"]!;
        ((string)one["choices"]![0]!["text"]!).ShouldBe(text);
        one["usage"]!.ToJsonString().ShouldBe(words["usage"]!.ToJsonString());
        both["choices"]!.AsArray().Count.ShouldBe(2);
        ((string)both["choices"]![0]!["text"]!).ShouldBe(text);
        ((string)both["choices"]![1]!["text"]!).ShouldNotBe(text);
        // The caller's tokens, not those that its tokenizer would have made of the same text.
        int[] letters = [.. "The capital".SelectMany(c => tokenizer.Encode($"{c}", special: false))];
        ((int)(await client.AskAsync("complete", new { model = Llm, prompt = letters, max_tokens = 1 }))["usage"]!["prompt_tokens"]!).ShouldBe(letters.Length);
        letters.Length.ShouldBeGreaterThan(tokenizer.Encode("The capital").Count);
    }

    [Fact]
    public async Task Should_echo_a_prompt_with_the_probabilities_that_its_tokens_had()
    {
        const string Prompt = "The capital of Austria is";
        object Body(string prompt, bool echo, int most) => new { model = Llm, prompt, temperature = 0, max_tokens = most, logprobs = 2, echo };
        var written = (await client.AskAsync("complete", Body(Prompt, echo: false, 6)))["choices"]![0]!;
        var echoed = (await client.AskAsync("complete", Body(Prompt, echo: true, 6)))["choices"]![0]!;
        var scored = (await client.AskAsync("complete", Body(Prompt + (string)written["text"]!, echo: true, 0)))["choices"]![0]!;
        var streamed = await client.AskAsync("completeStreaming", Body(Prompt, echo: true, 6));

        ((string)echoed["text"]!).ShouldBe(Prompt + (string)written["text"]!);
        ((string)streamed["texts"]!["0"]!).ShouldBe((string)echoed["text"]!);
        ((string)scored["text"]!).ShouldBe((string)echoed["text"]!);
        ((string)scored["finish_reason"]!).ShouldBe("length");
        foreach (var told in new[] { echoed["logprobs"]!, scored["logprobs"]! })
        {
            string.Concat(told["tokens"]!.AsArray().Select(t => (string)t!)).ShouldBe((string)echoed["text"]!);
            var chances = told["token_logprobs"]!.AsArray();
            chances[0].ShouldBeNull("nothing foretells the first token");
            told["top_logprobs"]![0].ShouldBeNull();
            // What an answer was expected to be when it was written, it is when it is read; bit for bit.
            var answer = written["logprobs"]!["token_logprobs"]!.AsArray();
            chances.Skip(chances.Count - answer.Count).Select(c => (double)c!).ShouldBe(answer.Select(c => (double)c!));
            told["text_offset"]!.AsArray().Select(o => (int)o!).ShouldBe(told["tokens"]!.AsArray().Select(t => ((string)t!).Length).SkipLast(1).Aggregate(new List<int> { 0 }, (sums, length) => [.. sums, sums[^1] + length]));
        }
    }

    [Fact]
    public async Task Should_take_penalties_for_what_was_said_already()
    {
        async Task<(string Text, List<string> Tokens)> SaidAsync(double presence, double frequency)
        {
            var answer = await client.AskAsync("complete", new { model = Llm, prompt = "The capital of Austria is", temperature = 0, max_tokens = 40, logprobs = 1, presence_penalty = presence, frequency_penalty = frequency, ignore_eos = true });
            return ((string)answer["choices"]![0]!["text"]!, [.. answer["choices"]![0]!["logprobs"]!["tokens"]!.AsArray().Select(t => (string)t!)]);
        }

        var free = await SaidAsync(0, 0);
        var bound = await SaidAsync(2, 2);
        bound.Tokens[0].ShouldBe(free.Tokens[0], "nothing has been said before the first token");
        bound.Tokens.Distinct().Count().ShouldBeGreaterThan(free.Tokens.Distinct().Count());
        var pieces = await tenant.PiecesAsync(new Contracts.V1.GenerateRequest { Target = new Contracts.V1.Target { Llm = Llm }, Prompt = "The capital of Austria is", MaxTokens = 40, PresencePenalty = 2, FrequencyPenalty = 2, IgnoreEnd = true });
        string.Concat(pieces.Select(p => p.Text)).ShouldBe(bound.Text);
        var refused = await client.AskAsync("complete", new { model = Llm, prompt = "The", presence_penalty = 3 });
        ((int)refused["failed"]!["status"]!, (string)refused["failed"]!["param"]!).ShouldBe((400, "presence_penalty"));
    }

    [Fact]
    public async Task Should_chat_whole_and_streaming()
    {
        object Body(params object[] messages) => new { model = Llm, messages, temperature = 0, max_completion_tokens = 6, stream_options = (object?)null };
        var question = new { role = "user", content = "The capital of Austria is" };
        var whole = await client.AskAsync("chat", Body(question));
        var parts = await client.AskAsync("chat", Body(new { role = "user", content = new[] { new { type = "text", text = "The capital of " }, new { type = "text", text = "Austria is" } } }));
        var streamed = await client.AskAsync("chatStreaming", new { model = Llm, messages = new[] { question }, temperature = 0, max_completion_tokens = 6, stream_options = new { include_usage = true } });
        var longer = await client.AskAsync("chat", Body(new { role = "system", content = "Be brief." }, question));

        var text = (string)whole["choices"]![0]!["message"]!["content"]!;
        text.ShouldStartWith(" Vienna");
        ((string)parts["choices"]![0]!["message"]!["content"]!).ShouldBe(text);
        ((string)streamed["text"]!).ShouldBe(text);
        ((string)streamed["role"]!).ShouldBe("assistant");
        ((int)streamed["usage"]!["total_tokens"]!).ShouldBe((int)whole["usage"]!["total_tokens"]!);
        ((int)longer["usage"]!["prompt_tokens"]!).ShouldBeGreaterThan((int)whole["usage"]!["prompt_tokens"]!);
    }

    [Fact]
    public async Task Should_end_before_a_stop_text()
    {
        var whole = await client.AskAsync("complete", new { model = Llm, prompt = "The capital of Austria is", temperature = 1, seed = 3, max_tokens = 30 });
        var text = (string)whole["choices"]![0]!["text"]!;
        var stop = text.Substring(text.Length / 2, 3);

        var stopped = await client.AskAsync("complete", new { model = Llm, prompt = "The capital of Austria is", temperature = 1, seed = 3, max_tokens = 30, stop = new[] { stop }, logprobs = 0 });

        var said = (string)stopped["choices"]![0]!["text"]!;
        said.ShouldBe(text[..text.IndexOf(stop, StringComparison.Ordinal)]);
        ((string)stopped["choices"]![0]!["finish_reason"]!).ShouldBe("stop");
        string.Concat(stopped["choices"]![0]!["logprobs"]!["tokens"]!.AsArray().Select(t => (string)t!)).ShouldStartWith(said);
    }

    [Fact]
    public async Task Should_name_a_memory_its_aliases_and_its_bridges_as_models()
    {
        var serving = platform.Serving;
        var memory = await tenant.MemoryAsync("facts");
        var first = await serving.ServingAsync(tenant, memory, serving.World.First);
        var second = await serving.ServingAsync(tenant, memory, serving.World.Second, commit: 2);
        var held = await serving.TrainedAsync(tenant, memory, serving.World.Weak, commit: 3);
        await Eventually.HoldsAsync(async () => (await ModelsAsync()).Contains($"{Llm}@facts:previous"), "the memory's names are listed");
        var edit = serving.World.Edits[0];
        async Task<(string Text, string By)> AskedAsync(string model)
        {
            var answer = await client.AskAsync("complete", new { model, prompt = edit.Prompt, temperature = 0, max_tokens = 12 });
            return ((string)answer["choices"]![0]!["text"]!, (string)answer["system_fingerprint"]!);
        }

        // The third bridge is a challenger as long as it is evaluated, and if it is held.
        (await ModelsAsync()).Except([$"{Llm}@facts:challenger"]).ShouldBe([Llm, $"{Llm}@facts", $"{Llm}@facts:previous"], ignoreOrder: true);
        var listed = await client.AskAsync("model", more: new { model = $"{Llm}@facts" });
        ((string)listed["id"]!).ShouldBe($"{Llm}@facts");
        DateTimeOffset.FromUnixTimeSeconds((long)listed["created"]!).ShouldBeInRange(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow, "its LLM was released then");
        (await AskedAsync($"{Llm}@facts")).By.ShouldBe(second);
        (await AskedAsync($"{Llm}@facts:champion")).By.ShouldBe(second);
        (await AskedAsync($"{Llm}@facts:previous")).By.ShouldBe(first);
        (await AskedAsync($"{Llm}@{memory}:{held}")).By.ShouldBe(held);
        (await AskedAsync($"{Llm}@facts")).Text.ShouldStartWith(" " + edit.Object);
        (await AskedAsync(Llm)).Text.ShouldNotStartWith(" " + edit.Object);
        // A conversation: the memory reads what the user asks last.
        var chat = await client.AskAsync("chat", new { model = $"{Llm}@facts", messages = new[] { new { role = "user", content = edit.Prompt } }, temperature = 0, max_tokens = 12 });
        ((string)chat["choices"]![0]!["message"]!["content"]!).ShouldStartWith(" " + edit.Object);
    }

    [Theory]
    [InlineData("nobody", "The", 404, "NotFoundError", "model")]
    [InlineData(Llm + "@nothing", "The", 404, "NotFoundError", "model")]
    [InlineData(Llm, "", 400, "BadRequestError", null)]
    [InlineData(Llm, "long", 400, "BadRequestError", null)]
    public async Task Should_refuse_in_the_words_of_its_own_errors(string model, string prompt, int status, string name, string? param)
    {
        var refused = await client.AskAsync("complete", new { model, prompt = prompt == "long" ? string.Concat(Enumerable.Repeat("Vienna ", 400)) : prompt, max_tokens = 4 });
        var streamed = await client.AskAsync("completeStreaming", new { model, prompt = prompt == "long" ? string.Concat(Enumerable.Repeat("Vienna ", 400)) : prompt, max_tokens = 4 });

        foreach (var failed in new[] { refused["failed"]!, streamed["failed"]! })
        {
            ((int)failed["status"]!).ShouldBe(status);
            ((string)failed["name"]!).ShouldBe(name);
            ((string?)failed["param"]).ShouldBe(param);
        }
    }

    [Fact]
    public async Task Should_refuse_an_unknown_key_and_what_is_not_done_here()
    {
        ((string)(await client.AskAsync("models", with: "mb_nobody"))["failed"]!["name"]!).ShouldBe("AuthenticationError");
        ((string)(await client.AskAsync("complete", new { model = Llm, prompt = "The" }, with: "mb_nobody"))["failed"]!["code"]!).ShouldBe("invalid_api_key");
        var tools = (await client.AskAsync("chat", new { model = Llm, messages = new[] { new { role = "user", content = "The" } }, tools = new[] { new { type = "function", function = new { name = "f" } } } }))["failed"]!;
        ((int)tools["status"]!).ShouldBe(400);
        ((string)tools["param"]!).ShouldBe("tools");
    }

    private async Task<List<string>> ModelsAsync() => [.. (await client.AskAsync("models"))["names"]!.AsArray().Select(n => (string)n!).Where(n => n == Llm || n.StartsWith(Llm + "@", StringComparison.Ordinal))];
}
