using System.Diagnostics;
using System.Text.Json.Nodes;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Answering;

public sealed class When_an_answer_streams(Platform platform)
{
    private const string Prompt = "The capital of Austria is";
    private static readonly Target s_llm = new() { Llm = ServingPlatform.Llm };
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_come_in_pieces_with_counts_at_the_end()
    {
        var pieces = await tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = Prompt, MaxTokens = 30, Temperature = 2, Seed = 3 });

        pieces.Count.ShouldBeGreaterThan(5);
        pieces.SkipLast(1).ShouldAllBe(p => p.FinishReason.Length == 0 && p.Text.Length > 0);
        pieces[^1].FinishReason.ShouldBeOneOf("length", "stop");
        pieces[^1].PromptTokens.ShouldBeGreaterThan(3);
        pieces[^1].CompletionTokens.ShouldBeInRange(pieces.Count - 2, 30);
        string.Concat(pieces.Select(p => p.Text)).ShouldNotContain("\uFFFD");
    }

    [Fact]
    public async Task Should_be_the_same_for_the_same_seed_and_another_for_another()
    {
        Task<string> Drawn(ulong seed) => TextAsync(new GenerateRequest { Target = s_llm, Prompt = Prompt, MaxTokens = 30, Temperature = 1.5, Seed = seed });

        (await Drawn(1)).ShouldBe(await Drawn(1));
        (await Drawn(1)).ShouldNotBe(await Drawn(ulong.MaxValue));
    }

    [Fact]
    public async Task Should_end_before_a_stop_text_and_give_nothing_of_it()
    {
        var request = new GenerateRequest { Target = s_llm, Prompt = Prompt, MaxTokens = 40, Temperature = 1, Seed = 3 };
        var whole = await TextAsync(request);
        var stop = whole.Substring(whole.Length / 2, 3);
        request.Stop.AddRange([stop, "never said"]);

        var pieces = await tenant.PiecesAsync(request);

        string.Concat(pieces.Select(p => p.Text)).ShouldBe(whole[..whole.IndexOf(stop, StringComparison.Ordinal)]);
        pieces[^1].FinishReason.ShouldBe("stop");
    }

    [Fact]
    public async Task Should_end_with_the_first_complete_answer_if_asked()
    {
        var pieces = await tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = Prompt, MaxTokens = 40, NaturalStop = true });

        string.Concat(pieces.Select(p => p.Text)).ShouldBe(" Vienna");
        pieces[^1].FinishReason.ShouldBe("stop");
    }

    [Fact]
    public async Task Should_free_the_LLM_at_once_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var running = Enumerable.Range(0, 8).Select(_ => tenant.PiecesAsync(new GenerateRequest { Target = s_llm, Prompt = Prompt, MaxTokens = 240, Temperature = 2, Seed = 1, IgnoreEnd = true }, cancel.Token)).ToList();
        await Task.WhenAny(running[0], Task.Delay(20));
        await cancel.CancelAsync();
        foreach (var each in running) await Should.ThrowAsync<Exception>(() => each);

        var began = Stopwatch.GetTimestamp();
        await tenant.AskAsync(Prompt);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("", 0, 0, "", "prompt is empty")]
    [InlineData("Austria", -1, 0, "", "max_tokens is -1")]
    [InlineData("Austria", 100_000, 0, "", "max_tokens is 100000")]
    [InlineData("Austria", 0, -0.5, "", "temperature is -0.5")]
    [InlineData("long", 0, 0, "", "shorten")]
    [InlineData("longer", 0, 0, "", "shorten")]
    public async Task Should_refuse_what_cannot_be_in_a_sentence(string prompt, int most, double temperature, string stop, string said)
    {
        var text = prompt switch { "long" => string.Concat(Enumerable.Repeat("Vienna ", 400)), "longer" => new string('a', 200_000), _ => prompt };
        var request = new GenerateRequest { Target = s_llm, Prompt = text, MaxTokens = most, Temperature = temperature };
        if (stop.Length > 0) request.Stop.Add(stop);

        var refused = await Should.ThrowAsync<RpcException>(() => tenant.PiecesAsync(request));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.Status.Detail.ShouldContain(said);
    }

    [Fact]
    public async Task Should_reach_a_client_that_nobody_here_wrote()
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Folder(), "generate.py"), new Uri(platform.Serving.Addresses.Inference).Authority, tenant.Key, ServingPlatform.Llm, Prompt]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var python = Process.Start(start)!;
        var answer = JsonNode.Parse(await python.StandardOutput.ReadToEndAsync())!;

        ((int)answer["code"]!).ShouldBe(0);
        string.Concat(answer["pieces"]!.AsArray().Select(p => (string)p!["text"]!)).ShouldBe(" Vienna");
        ((string)answer["pieces"]!.AsArray()[^1]!["finish_reason"]!).ShouldBe("stop");
        ((int)answer["refused"]!).ShouldBe((int)StatusCode.Unauthenticated);
    }

    private async Task<string> TextAsync(GenerateRequest request) => string.Concat((await tenant.PiecesAsync(request)).Select(p => p.Text));

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MindBridge.Platform.sln"))) return Path.Combine(folder.FullName, "tests", "Inference.Tests", "Answering");
        throw new DirectoryNotFoundException($"no MindBridge.Platform.sln above {AppContext.BaseDirectory}");
    }
}
