using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Inference.CallingVllm;
using MindBridge.Inference.Generating;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.TakingTurns;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;

namespace MindBridge.Inference.Tests.CallingVllm;

public sealed class When_an_LLM_is_in_vLLM(Platform platform, ReplicaOnVllm replica) : IClassFixture<ReplicaOnVllm>
{
    private static readonly Target s_llm = new() { Llm = ServingPlatform.Llm };
    private readonly ServingPlatform serving = platform.Serving;
    private readonly Tenant tenant = replica.Tenant;
    private readonly VllmStandIn vllm = replica.Vllm;
    private readonly Contracts.V1.Inference.InferenceClient client = replica.Client;

    [Fact]
    public async Task Should_send_whole_prompts_with_their_soft_prompt_as_embeddings_salted_by_the_bridge()
    {
        var memory = await tenant.MemoryAsync();
        var bridge = await serving.ServingAsync(tenant, memory, serving.World.First);
        var target = new Target { Llm = ServingPlatform.Llm, Memory = memory.ToString(), BridgeId = bridge };
        var prompt = serving.World.Edits[0].Prompt;
        await vllm.AnswerAsync([" Vie", "nna"]);

        var pieces = await tenant.PiecesAsync(new GenerateRequest { Target = target, Prompt = prompt, MaxTokens = 9, Temperature = 0.5, TopP = 0.9, TopK = 7, Seed = ulong.MaxValue }, at: client);

        string.Concat(pieces.Select(p => p.Text)).ShouldBe(" Vienna");
        (pieces[0].Edited, pieces[0].BridgeId).ShouldBe((true, bridge));
        (pieces[^1].FinishReason, pieces[^1].CompletionTokens).ShouldBe(("stop", 4));
        var seen = (await vllm.SeenAsync()).ShouldHaveSingleItem()!;
        ((string?)seen["authorization"]).ShouldBe("Bearer " + ReplicaOnVllm.Key);
        var body = seen["body"]!;
        ((string?)body["cache_salt"]).ShouldBe(bridge);
        ((string?)body["model"]).ShouldBe("served-name");
        ((int)body["max_tokens"]!, (double)body["temperature"]!, (double)body["top_p"]!, (int)body["top_k"]!, (long)body["seed"]!).ShouldBe((9, 0.5, 0.9, 7, long.MaxValue));
        body["prompt"].ShouldBeNull("the server must know the embeddings alone");

        // The same request by the library's own way, which the tests of the LLMs hold against golden files.
        using var served = await replica.Host.Services.GetRequiredService<LoadedBridges>().UseAsync(bridge, CancellationToken.None);
        using var scope = torch.NewDisposeScope();
        var expected = served.Value.Answerer.Prepare([prompt])[0];
        expected.SoftPrompt.ShouldNotBeNull();
        var words = served.Value.Llm.Llm.Model.Embed(torch.tensor(expected.Ids.Select(id => (long)id).ToArray()));
        var soft = expected.SoftPrompt.view(expected.SoftTokens, -1);
        ShouldBe(seen["embeddings"]!, torch.cat([words.narrow(0, 0, expected.SoftAt), soft, words.narrow(0, expected.SoftAt, expected.Ids.Count - expected.SoftAt)], 0));

        await vllm.AnswerAsync([" Vienna", "."]);
        var explained = await client.ExplainAsync(new ExplainRequest { Target = target, Prompt = prompt }, tenant.Headers);
        (explained.BaseAnswer, explained.EditedAnswer).ShouldBe(("Vienna", "Vienna"));
        (await vllm.SeenAsync()).Select(s => (int)s!["embeddings"]!["shape"]![0]!).Order().ShouldBe([expected.Ids.Count, expected.Ids.Count + expected.SoftTokens]);
    }

    [Fact]
    public async Task Should_send_the_unedited_LLM_s_prompts_as_its_words_salted_by_its_content()
    {
        const string Prompt = "The capital of Austria is";
        await vllm.AnswerAsync([" Graz"], end: "length");

        var pieces = await tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = Prompt, MaxTokens = 2 }, at: client);

        string.Concat(pieces.Select(p => p.Text)).ShouldBe(" Graz");
        pieces[^1].FinishReason.ShouldBe("length");
        var seen = (await vllm.SeenAsync()).ShouldHaveSingleItem()!;
        ((string?)seen["body"]!["cache_salt"]).ShouldBe(serving.World.LlmHash);
        ((double)seen["body"]!["temperature"]!, (int)seen["body"]!["top_k"]!).ShouldBe((0, -1));
        using var llm = Memory.Serving.Llm.From(TrainedWorld.LlmFolder);
        using var words = llm.Model.Embed(torch.tensor(llm.Encode(Prompt).Select(id => (long)id).ToArray()));
        ShouldBe(seen["embeddings"]!, words);
    }

    [Fact]
    public async Task Should_cut_at_stop_texts_and_complete_answers_and_let_go_of_the_server()
    {
        await vllm.AnswerAsync([" one tw", "o three"], endless: true);
        var stopped = await tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = "Count:", MaxTokens = 100, Stop = { "two" } }, at: client);
        string.Concat(stopped.Select(p => p.Text)).ShouldBe(" one ");
        stopped[^1].FinishReason.ShouldBe("stop");
        await Eventually.HoldsAsync(vllm.WasLeftAsync, "the server is let go of after a stop text", 5);

        await vllm.AnswerAsync([" Vienna", ". It"], endless: true);
        (await tenant.AskAsync("The capital of Austria is", at: client)).Text.ShouldBe("Vienna");

        await vllm.AnswerAsync([" one"], endless: true);
        using var cancel = new CancellationTokenSource();
        var running = tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = "Count:", MaxTokens = 100 }, cancel.Token, client);
        await Eventually.HoldsAsync(async () => (await vllm.SeenAsync()).Count > 0, "the server writes", 5);
        await cancel.CancelAsync();
        await Should.ThrowAsync<Exception>(() => running);
        await Eventually.HoldsAsync(vllm.WasLeftAsync, "the server is let go of after a cancellation", 5);
    }

    [Fact]
    public async Task Should_speak_OpenAI_s_HTTP_too_streamed_and_whole()
    {
        await vllm.AnswerAsync([" Vie", "nna"]);
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", tenant.Key) } };

        using var whole = await http.PostAsJsonAsync(replica.Rest + "/v1/completions", new { model = ServingPlatform.Llm, prompt = "The capital of Austria is", max_tokens = 5 });
        whole.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((string?)(await whole.Content.ReadFromJsonAsync<JsonNode>())!["choices"]![0]!["text"]).ShouldBe(" Vienna");

        using var streamed = await http.PostAsJsonAsync(replica.Rest + "/v1/chat/completions", new { model = ServingPlatform.Llm, messages = new[] { new { role = "user", content = "The capital of Austria is" } }, stream = true });
        var events = (await streamed.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        events[^1].ShouldBe("data: [DONE]");
        string.Concat(events.SkipLast(1).Select(e => (string?)JsonNode.Parse(e["data: ".Length..])!["choices"]![0]!["delta"]!["content"])).ShouldBe(" Vienna");

        await vllm.AnswerAsync([], fail: "500");
        using var failed = await http.PostAsJsonAsync(replica.Rest + "/v1/completions", new { model = ServingPlatform.Llm, prompt = "The" });
        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await failed.Content.ReadAsStringAsync()).ShouldContain("answered with status 500");
    }

    [Fact]
    public async Task Should_tell_the_server_s_probabilities_and_hand_penalties_on()
    {
        using var llm = Memory.Serving.Llm.From(TrainedWorld.LlmFolder);
        int[] ids = [.. llm.Tokenizer.Encode(" Vienna", special: false), .. llm.Tokenizer.Encode(", and", special: false), llm.Model.EndTokens.First()];
        ids.Length.ShouldBeGreaterThan(3);
        // The second piece holds all tokens but the first; the last of them is the LLM's end. Of the alternatives one is less likely than those asked for.
        object[][] rows = [.. ids.Select((id, i) => (object[])[id, -0.5 - i, new Dictionary<string, double> { ["7"] = -3, [$"{id}"] = -0.5 - i, ["9"] = -0.25 }])];
        await vllm.AnswerAsync([llm.Tokenizer.Decode(ids[..1]), llm.Tokenizer.Decode(ids[..^1])[llm.Tokenizer.Decode(ids[..1]).Length..]], chances: [rows[..1], rows[1..]]);
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", tenant.Key) } };

        using var whole = await http.PostAsJsonAsync(replica.Rest + "/v1/completions", new { model = ServingPlatform.Llm, prompt = "The capital is", logprobs = 2, presence_penalty = 0.5, frequency_penalty = -1.5 });

        var choice = (await whole.Content.ReadFromJsonAsync<JsonNode>())!["choices"]![0]!;
        var told = choice["logprobs"]!;
        told["tokens"]!.AsArray().Select(t => (string)t!).ShouldBe(ids[..^1].Select(id => llm.Tokenizer.Decode([id])));
        string.Concat(told["tokens"]!.AsArray().Select(t => (string)t!)).ShouldBe((string)choice["text"]!);
        told["token_logprobs"]!.AsArray().Select(t => (double)t!).ShouldBe(ids[..^1].Select((_, i) => -0.5 - i));
        var offsets = told["text_offset"]!.AsArray().Select(t => (int)t!).ToList();
        offsets.ShouldBe(ids[..^1].Select((_, i) => llm.Tokenizer.Decode(ids[..i]).Length));
        told["top_logprobs"]![0]!.AsObject().Select(b => b.Key).ShouldBe([llm.Tokenizer.Decode([9]), llm.Tokenizer.Decode(ids[..1])], ignoreOrder: true);
        told["top_logprobs"]!.AsArray().ShouldAllBe(b => b!.AsObject().Count == 2);
        var body = (await vllm.SeenAsync()).ShouldHaveSingleItem()!["body"]!;
        ((double)body["presence_penalty"]!, (double)body["frequency_penalty"]!, (int)body["logprobs"]!).ShouldBe((0.5, -1.5, 2));

        using var streamed = await http.PostAsJsonAsync(replica.Rest + "/v1/chat/completions", new { model = ServingPlatform.Llm, messages = new[] { new { role = "user", content = "The capital is" } }, logprobs = true, top_logprobs = 1, stream = true });
        var parts = (await streamed.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(e => JsonNode.Parse(e["data: ".Length..])!["choices"]![0]!["logprobs"]?["content"]);
        parts.Where(p => p is not null).SelectMany(p => p!.AsArray()).Select(t => (string)t!["token"]!).ShouldBe(ids[..^1].Select(id => llm.Tokenizer.Decode([id])));
    }

    [Theory]
    [InlineData("400", "answered with status 400")]
    [InlineData("401", "answered with status 401")]
    [InlineData("500", "answered with status 500")]
    [InlineData("redirect", "answered with status 307")]
    [InlineData("hang up", "broke off")]
    [InlineData("broken", "broke off before the answer was complete")]
    [InlineData("silent", "said nothing for 3 s")]
    [InlineData("error", "failed while it answered")]
    [InlineData("nonsense", "answers what is no completion")]
    [InlineData("abort", "gave up the answer")]
    public async Task Should_say_unavailable_whatever_the_server_does_and_keep_its_key(string failure, string said)
    {
        await vllm.AnswerAsync([" one"], failure == "abort" ? "abort" : "stop", failure);

        var refused = await Should.ThrowAsync<RpcException>(() => tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = "The" }, at: client));

        refused.StatusCode.ShouldBe(StatusCode.Unavailable);
        refused.Status.Detail.ShouldContain(said);
        refused.Status.Detail.ShouldNotContain(vllm.Address);
        if (failure == "redirect") (await vllm.SeenAsync()).Count.ShouldBe(1);
        replica.Said.ShouldContain(line => line.Contains("the vLLM server of", StringComparison.Ordinal));
        replica.Said.ShouldNotContain(line => line.Contains(ReplicaOnVllm.Key, StringComparison.Ordinal));
        if (failure == "401") replica.Said.ShouldContain(line => line.Contains("it is Bearer [key]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_say_unavailable_when_nobody_listens_and_busy_when_too_much_is_asked()
    {
        var settings = new VllmSettings { Llm = "demo-gpt 1", Address = ServingPlatform.FreeAddress(), Model = "m" };
        using var llm = Memory.Serving.Llm.From(TrainedWorld.LlmFolder);
        var (request, prompt) = (new TextRequest { Prompt = "The" }, PreparedPrompt.Unedited(llm, "The"));
        async Task WriteAsync(int mostAtOnce)
        {
            using var server = new VllmServer(settings, mostAtOnce, TimeProvider.System, NullLogger.Instance);
            await server.WriteAsync(llm, request, prompt, 1, "hash", "tenant", new RelayedText(llm.Tokenizer, request, 1, Channel.CreateUnbounded<TextPiece>().Writer), CancellationToken.None);
        }

        var refused = await Should.ThrowAsync<RpcException>(() => WriteAsync(1));
        (refused.StatusCode, refused.Status.Detail.Contains("cannot be reached", StringComparison.Ordinal)).ShouldBe((StatusCode.Unavailable, true));
        await Should.ThrowAsync<BusyException>(() => WriteAsync(0));
    }

    [Theory]
    [InlineData("", "http://127.0.0.1:1", "m", "", "Inference:Vllm:0:Llm is empty")]
    [InlineData("a 1", "ftp://somewhere", "m", "", "Inference:Vllm:0:Address is no plain address")]
    [InlineData("a 1", "http://me:secret@somewhere", "m", "", "Inference:Vllm:0:Address is no plain address")]
    [InlineData("a 1", "http://127.0.0.1:1/v1/", "m", "", "Inference:Vllm:0:Address ends with /v1")]
    [InlineData("a 1", "http://127.0.0.1:1", "", "", "Inference:Vllm:0:Model is empty")]
    [InlineData("a 1", "http://127.0.0.1:1", "m", "two\nlines", "Inference:Vllm:0:Key holds characters")]
    public void Should_refuse_settings_that_will_not_do(string llm, string address, string model, string key, string said)
    {
        var refused = Should.Throw<ArgumentException>(() => new InferenceSettings { Vllm = [new VllmSettings { Llm = llm, Address = address, Model = model, Key = key }] }.Checked());

        refused.Message.ShouldContain(said);
        refused.Message.ShouldNotContain("secret");
    }

    private static void ShouldBe(JsonNode embeddings, torch.Tensor expected)
    {
        embeddings["shape"]!.AsArray().Select(s => (long)s!).ShouldBe(expected.shape);
        var values = embeddings["values"]!.AsArray().Select(v => (float)v!).ToArray();
        var own = expected.data<float>().ToArray();
        values.Length.ShouldBe(own.Length);
        values.Zip(own).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThanOrEqualTo(1e-6f);
        own.Max(Math.Abs).ShouldBeGreaterThan(1e-3f);
    }
}
