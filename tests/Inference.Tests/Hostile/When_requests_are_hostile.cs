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
        { "completions", "{\"model\":\"demo-gpt\",\"prompt\":[1,2,3]}", 400 },
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
