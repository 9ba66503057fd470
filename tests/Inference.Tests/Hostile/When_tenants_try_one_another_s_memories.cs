using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.Hostile;

public sealed class When_tenants_try_one_another_s_memories(Platform platform)
{
    private const int Attempts = 400;

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
        var tries = Enumerable.Range(0, Attempts).Select(_ => (Caller: tenants[random.Next(3)], Memory: memories[random.Next(memories.Count)], Way: random.Next(5), OverHttp: random.Next(2) == 0, Prompt: serving.World.Edits[random.Next(10)].Prompt)).ToList();
        var own = memories.ToLookup(m => m.Of);
        var (answered, refused) = (0, 0);

        await Parallel.ForEachAsync(tries, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (attempt, cancellationToken) =>
        {
            var (caller, memory, way, overHttp, prompt) = attempt;
            var target = new Target { Llm = ServingPlatform.Llm, Memory = way is 0 or 1 ? memory.Name : memory.Id.ToString() };
            if (way == 1) target.Alias = "previous";
            if (way == 3) target.Alias = "champion";
            if (way == 4) target.BridgeId = memory.Previous;
            var by = overHttp ? await OverHttpAsync(http, caller, target, prompt, cancellationToken) : await OverGrpcAsync(caller, target, prompt);
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

    // The bridge that answered; null where there was nothing to be found.
    private static async Task<string?> OverGrpcAsync(Tenant caller, Target target, string prompt)
    {
        try
        {
            return (await caller.PiecesAsync(new GenerateRequest { Target = target, Prompt = prompt, MaxTokens = 3 }))[0].BridgeId;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound)
        {
            return null;
        }
    }

    private static async Task<string?> OverHttpAsync(HttpClient http, Tenant caller, Target target, string prompt, CancellationToken cancellationToken)
    {
        var which = target.BridgeId.Length > 0 ? ":" + target.BridgeId : target.Alias.Length > 0 ? ":" + target.Alias : "";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = JsonContent.Create(new { model = $"{target.Llm}@{target.Memory}{which}", prompt, max_tokens = 3, temperature = 0 }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", caller.Key);
        using var response = await http.SendAsync(request, cancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        if ((int)response.StatusCode == 404) return null;
        response.EnsureSuccessStatusCode();
        return (string)answer["system_fingerprint"]!;
    }
}
