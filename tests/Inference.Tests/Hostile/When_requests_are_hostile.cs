using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Hostile;

public sealed class When_requests_are_hostile(Platform platform) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(platform.Serving.InferenceRest) };
    private readonly Tenant tenant = platform.Serving.NewTenant();

    public static TheoryData<string, string, int> Bodies => new()
    {
        { "completions", "", 400 },
        { "completions", "null", 400 },
        { "completions", "[]", 400 },
        { "completions", "{", 400 },
        { "completions", "{\"model\":\"demo-gpt\"}", 400 },
        { "completions", "{\"prompt\":\"The\"}", 400 },
        { "completions", "{\"model\":7,\"prompt\":\"The\"}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":[1,-2,3]}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"max_tokens\":-1}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"max_tokens\":99999999999999999999}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"max_tokens\":1e9}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"temperature\":1e999}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"temperature\":\"hot\"}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"top_p\":0}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"n\":1000000}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"logprobs\":500}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"stop\":[\"\"]}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"\\ud800\"}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"logit_bias\":{\"5\":100}}", 400 },
        { "completions", "{\"model\":\"demo-gpt@\",\"prompt\":\"The\"}", 400 },
        { "completions", "{\"model\":\"demo-gpt@facts:king\",\"prompt\":\"The\"}", 404 },
        { "completions", "{\"model\":\"../../etc/passwd\",\"prompt\":\"The\"}", 404 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":\"hello\"}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\"}]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"response_format\":{\"type\":\"json_object\"}}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"min_p\":0.1}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"repetition_penalty\":1.2}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"stop_token_ids\":[5]}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"guided_json\":{\"type\":\"object\"}}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"prompt_logprobs\":1}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"response_format\":{\"type\":\"json_object\"}}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"suffix\":\"end\"}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"max_tokens\":0}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":[[1,2],[99999999]]}", 400 },
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":[[]]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tool_choice\":\"required\"}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"modalities\":[\"text\",\"audio\"]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"guided_choice\":[\"a\"]}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"reasoning_effort\":\"high\"}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"chat_template\":\"x\"}", 400 },
        { "chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"echo\":true}", 400 },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Should_be_refused_with_their_status_in_a_sentence(string route, string body, int status)
    {
        var (code, answer) = await PostAsync(route, body);

        ((int)code).ShouldBe(status, answer);
        ((string)JsonNode.Parse(answer)!["error"]!["message"]!).Length.ShouldBeGreaterThan(10);
        await StillAnswersAsync();
    }

    [Fact]
    public async Task Should_be_answered_where_they_ask_for_what_is_done_anyway()
    {
        const string Usual = "\"min_p\":0,\"repetition_penalty\":1.0,\"stop_token_ids\":[],\"guided_json\":null,\"tool_choice\":\"auto\",\"tools\":[],\"modalities\":[\"text\"],\"response_format\":{\"type\":\"text\"},\"skip_special_tokens\":true,\"logit_bias\":{},\"service_tier\":\"auto\"";

        (await PostAsync("chat/completions", "{\"model\":\"demo-gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":1," + Usual + "}")).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync("completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"max_tokens\":1," + Usual + "}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Should_be_told_when_to_come_back_where_too_many_wait()
    {
        var rest = ServingPlatform.FreeAddress();
        var replica = await platform.Serving.RunAsync(platform.Serving.Inference(ServingPlatform.FreeAddress(), $"--Kestrel:Endpoints:Rest:Url={rest}", "--Inference:Slots=1", "--Inference:MostWaiting=1"));
        using var there = new HttpClient { BaseAddress = new Uri(rest) };
        await Eventually.HoldsAsync(async () => (await there.GetAsync("/health/ready")).IsSuccessStatusCode, "the replica is ready");

        // All eight at once: one runs, one waits.
        using var request = Request("completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"n\":8,\"max_tokens\":8,\"ignore_eos\":true}");
        using var refused = await there.SendAsync(request);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        await platform.Serving.EndAsync(replica);
    }

    [Fact]
    public async Task Should_be_refused_when_they_are_huge_or_deep()
    {
        var (huge, _) = await PostAsync("completions", "{\"model\":\"demo-gpt\",\"prompt\":\"" + new string('a', 5 << 20) + "\"}");
        var (prompt, _) = await PostAsync("completions", "{\"model\":\"demo-gpt\",\"prompt\":\"" + new string('a', 1 << 20) + "\"}");
        var (deep, _) = await PostAsync("completions", new string('[', 100_000));

        huge.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        prompt.ShouldBe(HttpStatusCode.BadRequest);
        deep.ShouldBe(HttpStatusCode.BadRequest);
        await StillAnswersAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer mb_0000")]
    [InlineData("Basic bWU6bWU=")]
    public async Task Should_be_refused_without_a_key(string? authorization)
    {
        foreach (var (method, route) in ((HttpMethod, string)[])[(HttpMethod.Get, "models"), (HttpMethod.Get, "models/demo-gpt"), (HttpMethod.Post, "completions"), (HttpMethod.Post, "chat/completions")])
        {
            using var request = new HttpRequestMessage(method, "/v1/" + route);
            if (method == HttpMethod.Post) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await http.SendAsync(request);

            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!["code"]!).ShouldBe("invalid_api_key");
        }
    }

    [Fact]
    public async Task Should_hold_no_slot_when_they_leave_in_the_middle_of_a_stream()
    {
        for (var i = 0; i < 40; i++)
        {
            using var leaves = new CancellationTokenSource(i);
            try
            {
                using var request = Request("completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The\",\"max_tokens\":200,\"stream\":true,\"ignore_eos\":true}");
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaves.Token);
                await response.Content.ReadAsStringAsync(leaves.Token);
            }
            catch (OperationCanceledException)
            {
                // It left.
            }
        }

        await StillAnswersAsync();
    }

    public void Dispose() => http.Dispose();

    private async Task StillAnswersAsync() =>
        (await PostAsync("completions", "{\"model\":\"demo-gpt\",\"prompt\":\"The capital of Austria is\",\"max_tokens\":4,\"temperature\":0}").WaitAsync(TimeSpan.FromSeconds(20))).Status.ShouldBe(HttpStatusCode.OK);

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string route, string body)
    {
        using var request = Request(route, body);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private HttpRequestMessage Request(string route, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/" + route) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tenant.Key);
        // Asks before it sends much: whoever is refused in the middle of sending sees a broken pipe, not why.
        request.Headers.ExpectContinue = body.Length > 1 << 16;
        return request;
    }
}
