using System.Net;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Platform.Artifacts;
using MindBridge.ServingWorld;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Inference.Tests.Swapping;

public sealed class When_a_champion_changes(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    private ServingPlatform Serving => platform.Serving;

    [Fact]
    public async Task Should_go_on_with_the_old_one_until_the_new_one_can_be_loaded()
    {
        var memory = await tenant.MemoryAsync();
        var old = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        // A projector of its own, so that breaking it breaks no neighbour's.
        var (broken, repair) = await BrokenPairAsync();
        var next = await Serving.World.BridgeAsync(tenant.Name, memory, Serving.LlmId, broken, commit: 2);
        await PromoteUnscoredAsync(memory, next);

        // Several looks and attempts.
        await Task.Delay(700);
        for (var i = 0; i < 20; i++) (await tenant.AskAsync(Serving.World.Edits[0].Prompt, memory)).Bridge.ShouldBe(old);
        (await Should.ThrowAsync<RpcException>(() => tenant.AskAsync("Who", memory, next))).Status.Detail.ShouldContain("damaged");

        repair();
        await Eventually.HoldsAsync(async () => (await tenant.AskAsync(Serving.World.Edits[0].Prompt, memory)).Bridge == next, "the repaired bridge serves by itself");
    }

    [Fact]
    public async Task Should_find_the_champion_after_a_restart_and_without_any_event()
    {
        var memory = await tenant.MemoryAsync();
        var first = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        // On a bus of its own it hears of nothing.
        var address = ServingPlatform.FreeAddress();
        var deaf = await Serving.RunAsync(Serving.Inference(address, "--Bus:RabbitMq="));
        var client = new Contracts.V1.Inference.InferenceClient(Serving.Channel(address));
        Task<string?> ServedAsync() => Task.FromResult(client.ListServed(new ListServedRequest(), tenant.Headers).Served.SingleOrDefault(s => s.MemoryId == memory.ToString())?.BridgeId);

        await Eventually.HoldsAsync(async () => await ServedAsync() == first, "a fresh replica finds the champion");
        var second = await Serving.ServingAsync(tenant, memory, Serving.World.Second, commit: 2);
        await Eventually.HoldsAsync(async () => await ServedAsync() == second, "a replica that hears nothing finds the new champion by its timer");
        // What comes late changes nothing.
        deaf.Services.GetRequiredService<Champions>().Want(new Promotion(tenant.Name, memory, Serving.LlmId, 1, first));
        await Task.Delay(300);
        (await ServedAsync()).ShouldBe(second);

        await Serving.EndAsync(deaf);
    }

    [Fact]
    public async Task Should_hear_of_a_promotion_long_before_its_timer()
    {
        var memory = await tenant.MemoryAsync();
        var first = await Serving.ServingAsync(tenant, memory, Serving.World.First);
        var address = ServingPlatform.FreeAddress();
        var slow = await Serving.RunAsync(Serving.Inference(address, "--Inference:Look=01:00:00"));
        var client = new Contracts.V1.Inference.InferenceClient(Serving.Channel(address));
        Task<string?> ServedAsync() => Task.FromResult(client.ListServed(new ListServedRequest(), tenant.Headers).Served.SingleOrDefault(s => s.MemoryId == memory.ToString())?.BridgeId);
        await Eventually.HoldsAsync(async () => await ServedAsync() == first, "the replica starts");

        var second = await Serving.ServingAsync(tenant, memory, Serving.World.Second, commit: 2);

        await Eventually.HoldsAsync(async () => await ServedAsync() == second, "the event is enough", seconds: 30);
        await Serving.EndAsync(slow);
    }

    [Fact]
    public async Task Should_answer_too_much_at_once_with_a_sentence()
    {
        var address = ServingPlatform.FreeAddress();
        var narrow = await Serving.RunAsync(Serving.Inference(address, "--Inference:MostWaiting=1", "--Inference:Slots=1"));
        var client = new Contracts.V1.Inference.InferenceClient(Serving.Channel(address));
        var request = new GenerateRequest { Target = new Target { Llm = ServingPlatform.Llm }, Prompt = "Austria", MaxTokens = 200, Temperature = 2, Seed = 4 };
        await Eventually.HoldsAsync(async () => await CodeAsync(client, request) is StatusCode.OK, "the replica answers");

        var codes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => CodeAsync(client, request)));

        codes.ShouldContain(StatusCode.ResourceExhausted);
        codes.ShouldContain(StatusCode.OK);
        codes.Distinct().Count().ShouldBe(2);
        await Serving.EndAsync(narrow);
    }

    [Fact]
    public async Task Should_be_ready_only_when_the_catalogue_has_been_read()
    {
        var (rest, here) = (ServingPlatform.FreeAddress(), ServingPlatform.FreeAddress());
        var alone = await Serving.RunAsync(Serving.Inference(here, "--Kestrel:Endpoints:Rest:Url=" + rest, "--Services:EditRegistry=" + ServingPlatform.FreeAddress(), "--Bus:RabbitMq="));
        using var client = new HttpClient();

        (await client.GetAsync(rest + "/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync(rest + "/health/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Serving.EndAsync(alone);

        var joined = await Serving.RunAsync(Serving.Inference(here, "--Kestrel:Endpoints:Rest:Url=" + rest, "--Bus:RabbitMq="));
        await Eventually.HoldsAsync(async () => (await client.GetAsync(rest + "/health/ready")).StatusCode is HttpStatusCode.OK, "it is ready");
        await Serving.EndAsync(joined);
    }

    private async Task<StatusCode> CodeAsync(Contracts.V1.Inference.InferenceClient client, GenerateRequest request)
    {
        using var call = client.Generate(request, tenant.Headers);
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }

            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }

    private async Task<((string Encoder, string Projector) Pair, Action Repair)> BrokenPairAsync()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "trained-world", "bridge-first");
        var copy = Directory.CreateDirectory(Path.Combine(Serving.Folder, Guid.NewGuid().ToString("N"))).FullName;
        foreach (var file in Directory.EnumerateFiles(folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        // Metrics are told, not hashed: another file, the same bridge.
        var manifest = Path.Combine(copy, "manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest) + "\n");
        var projector = (await Serving.Store.SaveFolderAsync(copy)).Value;
        using var stored = File.OpenRead(manifest);
        var id = (await Serving.Store.SaveAsync(stored)).Value;
        var path = Path.Combine(Serving.Artifacts, id[..2], id);
        var whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        return ((Serving.World.First.Encoder, projector), () => File.WriteAllBytes(path, whole));
    }

    // The evaluator could not score what cannot be loaded: the row says that somebody did.
    private async Task PromoteUnscoredAsync(Guid memory, string bridge)
    {
        await using var db = new Npgsql.NpgsqlConnection(Serving.Postgres.ConnectionString);
        await db.OpenAsync();
        await using var insert = new Npgsql.NpgsqlCommand(
            "INSERT INTO evaluator.evaluations (id, tenant_id, memory_id, llm_id, bridge_id, commit_sequence, protocol, scores, counts, intervals, gate_passed, gate_version, reasons, notes, cause, completed_at) VALUES ($1, $2, $3, $4, $5, 2, 'generate-exact', '{}', '{}', '{}', true, 0, '[]', '[]', 'bridge', now())", db)
        {
            Parameters = { new() { Value = Guid.NewGuid() }, new() { Value = tenant.Name }, new() { Value = memory }, new() { Value = Serving.LlmId }, new() { Value = bridge } },
        };
        await insert.ExecuteNonQueryAsync();
        await tenant.Evaluator.PromoteAsync(new PromoteRequest { MemoryId = memory.ToString(), LlmId = Serving.LlmId.ToString(), BridgeId = bridge }, tenant.AsOperator);
    }
}
