using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Hostile;

public sealed class When_tenants_try_one_another_s_memories(Platform platform)
{
    private const int Attempts = 700;

    // Every call that asks a memory; each gives the bridge that answered, or null where there was nothing to be found.
    private static readonly Func<HttpClient, Tenant, Target, string, Task<string?>>[] Calls =
    [
        (_, caller, target, prompt) => FoundAsync(async () => (await caller.PiecesAsync(new GenerateRequest { Target = target, Prompt = prompt, MaxTokens = 3 }))[0].BridgeId),
        (_, caller, target, prompt) => FoundAsync(async () => (await caller.Inference.ExplainAsync(new ExplainRequest { Target = target, Prompt = prompt }, caller.Headers)).BridgeId),
        (_, caller, target, prompt) => FoundAsync(async () => (await caller.Inference.MapFeaturesAsync(new MapFeaturesRequest { Target = target, Prompts = { new MappedPrompt { Prompt = prompt } } }, caller.Headers)).BridgeId),
        (_, caller, target, prompt) => FoundAsync(() => ScoredByAsync(caller, target, prompt)),
        (http, caller, target, prompt) => OverHttpAsync(http, caller, target, "completions", model => new { model, prompt, max_tokens = 3, temperature = 0 }),
        (http, caller, target, prompt) => OverHttpAsync(http, caller, target, "chat/completions", model => new { model, messages = new[] { new { role = "user", content = prompt } }, max_tokens = 3, temperature = 0 }),
    ];

    /// <summary>Random callers name random memories in every way there is, over gRPC and HTTP at once: one's own answer, another's do not exist.</summary>
    [Fact]
    public async Task Should_answer_from_nobody_s_memory_but_the_caller_s()
    {
        var serving = platform.Serving;
        var tenants = Enumerable.Range(0, 3).Select(_ => serving.NewTenant()).ToList();
        var memories = new List<(Tenant Of, Guid Id, string Name, string Champion, string Previous)>();
        foreach (var tenant in tenants)
        {
            // One name is everybody's, the other nobody else's.
            foreach (var name in (string[])["facts", $"of-{tenants.IndexOf(tenant)}"])
            {
                var id = await tenant.MemoryAsync(name);
                var previous = await serving.ServingAsync(tenant, id, serving.World.First);
                memories.Add((tenant, id, name, await serving.ServingAsync(tenant, id, serving.World.Second, commit: 2), previous));
            }
        }

        foreach (var memory in memories) await Eventually.HoldsAsync(() => IsKnownAsync(memory.Of, memory.Id), "inference knows which bridge was the champion before");
        using var http = new HttpClient { BaseAddress = new Uri(serving.InferenceRest) };
        var random = new Random(20);
        var tries = Enumerable.Range(0, Attempts).Select(_ => (Caller: tenants[random.Next(3)], Memory: memories[random.Next(memories.Count)], Way: random.Next(5), Call: random.Next(Calls.Length), Prompt: serving.World.Edits[random.Next(10)].Prompt)).ToList();
        var own = memories.ToLookup(m => m.Of);
        var (answered, refused) = (0, 0);

        await Parallel.ForEachAsync(tries, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (attempt, _) =>
        {
            var (caller, memory, way, call, prompt) = attempt;
            var target = new Target { Llm = ServingPlatform.Llm, Memory = way is 0 or 1 ? memory.Name : memory.Id.ToString() };
            if (way == 1) target.Alias = "previous";
            if (way == 3) target.Alias = "champion";
            if (way == 4) target.BridgeId = memory.Previous;
            var by = await Calls[call](http, caller, target, prompt);
            if (by is null)
            {
                // A name of one's own is found, whoever else has the same.
                memory.Of.ShouldNotBe(caller);
                memory.Name.ShouldSatisfyAllConditions(name => (way is 0 or 1 && name == "facts").ShouldBeFalse());
                Interlocked.Increment(ref refused);
                return;
            }

            own[caller].ShouldContain(m => m.Champion == by || m.Previous == by);
            Interlocked.Increment(ref answered);
        });

        answered.ShouldBeGreaterThan(Attempts / 4);
        refused.ShouldBeGreaterThan(Attempts / 4);
        foreach (var tenant in tenants)
        {
            (await tenant.Inference.ListServedAsync(new ListServedRequest(), tenant.Headers)).Served.Select(s => s.BridgeId).ShouldBe(own[tenant].Select(m => m.Champion), ignoreOrder: true);
            (await ModelsAsync(http, tenant)).ShouldBe(own[tenant].SelectMany(m => (string[])[$"{ServingPlatform.Llm}@{m.Name}", $"{ServingPlatform.Llm}@{m.Name}:previous"]), ignoreOrder: true);
        }
    }

    private static async Task<bool> IsKnownAsync(Tenant tenant, Guid memory)
    {
        try
        {
            await tenant.PiecesAsync(new GenerateRequest { Target = new Target { Llm = ServingPlatform.Llm, Memory = memory.ToString(), Alias = "previous" }, Prompt = "The", MaxTokens = 1 });
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.FailedPrecondition)
        {
            return false;
        }
    }

    private static async Task<string?> FoundAsync(Func<Task<string>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<string> ScoredByAsync(Tenant caller, Target target, string prompt)
    {
        using var call = caller.Inference.Score(caller.Headers);
        await call.RequestStream.WriteAsync(new ScoreRequest { Target = target, Protocol = "teacher-forced-token", Probes = { new Probe { Kind = ProbeKind.Reliability, Prompt = prompt, Answer = "Rome" } } });
        await call.RequestStream.CompleteAsync();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }

        return (await call.ResponseHeadersAsync).GetValue("mindbridge-bridge")!;
    }

    private static async Task<string?> OverHttpAsync(HttpClient http, Tenant caller, Target target, string route, Func<string, object> body)
    {
        var which = target.BridgeId.Length > 0 ? ":" + target.BridgeId : target.Alias.Length > 0 ? ":" + target.Alias : "";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/" + route) { Content = JsonContent.Create(body($"{target.Llm}@{target.Memory}{which}")) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Key);
        using var response = await http.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if ((int)response.StatusCode == 404) return null;
        response.EnsureSuccessStatusCode();
        return (string)answer["system_fingerprint"]!;
    }

    // Those of memories: whoever may call may ask an LLM alone.
    private static async Task<IEnumerable<string>> ModelsAsync(HttpClient http, Tenant caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Key);
        using var response = await http.SendAsync(request);
        return [.. JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!.AsArray().Select(m => (string)m!["id"]!).Where(m => m.Contains('@', StringComparison.Ordinal) && !m.EndsWith(":challenger", StringComparison.Ordinal))];
    }
}
