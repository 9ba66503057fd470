using Grpc.Core;
using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Tests.Operations;

/// <summary>Over gRPC, as an operator of each and a service call it.</summary>
public sealed class When_two_tenants_have_jobs(Servers servers) : IClassFixture<Servers>
{
    private static readonly EditsCommitted s_theirs = new("other", Guid.NewGuid(), Guid.NewGuid(), 1, 1, "hash");
    private static readonly LLMVersionReleased s_everybodys = new(Guid.NewGuid(), "llm", "1", "gpt2", "file:///llm", "hash");

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Should_show_and_obey_each_in_what_is_its_own(DatabaseKind kind)
    {
        await using var notes = await Service.OnAsync(kind, servers, services => services.AddSingleton(new BusSettings()).Subscribe<EditsCommitted, NoHandler, NotesContext>("notes.commits").Subscribe<LLMVersionReleased, NoHandler, NotesContext>("notes.releases"));
        var (acme, other, platform) = (GuardedService.KeyOf(0, Role.Operator), GuardedService.KeyOf(1, Role.Operator, tenant: "other"), GuardedService.KeyOf(2, Role.Service));
        await using var service = await GuardedService.StartAsync(notes, [.. acme.Settings, .. other.Settings, .. platform.Settings]);
        var (mine, theirs, nobodys) = (await EnqueueAsync(notes, "mine", new { Tenant = "acme" }), await EnqueueAsync(notes, "theirs", new { TenantId = "other" }), await EnqueueAsync(notes, "nobody's", new { }));
        await KeepAsync(notes, s_theirs);
        await KeepAsync(notes, s_everybodys);

        async Task<IEnumerable<string>> KeysAsync(string key, string? tenant = null, int limit = 0) =>
            (await service.Operations.ListJobsAsync(new ListJobsRequest { Limit = limit }, With(key, tenant))).Jobs.Select(j => j.BusinessKey).Order();
        async Task<IEnumerable<string>> LettersAsync(string key) => (await service.Operations.ListDeadLettersAsync(new ListDeadLettersRequest(), With(key))).Letters.Select(l => l.Event.Split(',')[0].Split('.')[^1]).Order();

        // Among the latest few of all, there may be none of a tenant's: its own are counted.
        (await KeysAsync(acme.Key, limit: 1)).ShouldBe(["mine"]);
        (await KeysAsync(other.Key)).ShouldBe(["theirs"]);
        (await KeysAsync(platform.Key)).ShouldBe(["mine", "nobody's", "theirs"]);
        (await KeysAsync(platform.Key, tenant: "acme")).ShouldBe(["mine"]);
        (await LettersAsync(acme.Key)).ShouldBe(["LLMVersionReleased"]);
        (await LettersAsync(other.Key)).ShouldBe(["EditsCommitted", "LLMVersionReleased"]);

        foreach (var job in (Guid[])[theirs, nobodys])
        {
            (await RefusedAsync(() => service.Operations.CancelJobAsync(new JobRequest { Id = job.ToString() }, With(acme.Key)))).ShouldBe($"there is no job {job}; list the jobs for their ids");
            await notes.Jobs.CancelAsync(job);
            (await RefusedAsync(() => service.Operations.RetryJobAsync(new JobRequest { Id = job.ToString() }, With(acme.Key)))).ShouldBe($"there is no job {job}; list the jobs for their ids");
        }

        (await service.Operations.CancelJobAsync(new JobRequest { Id = mine.ToString() }, With(acme.Key))).Job.State.ShouldBe("cancelled");
        (await service.Operations.RetryJobAsync(new JobRequest { Id = mine.ToString() }, With(acme.Key))).Job.State.ShouldBe("waiting");
        (await service.Operations.RetryJobAsync(new JobRequest { Id = nobodys.ToString() }, With(platform.Key))).Job.State.ShouldBe("waiting");

        var letter = (await service.Operations.ListDeadLettersAsync(new ListDeadLettersRequest(), With(other.Key))).Letters.Single(l => l.Body.Contains("\"other\"", StringComparison.Ordinal));
        (await RefusedAsync(() => service.Operations.ReplayDeadLetterAsync(new ReplayDeadLetterRequest { Id = letter.Id }, With(acme.Key)))).ShouldBe($"no dead letter {letter.Id} waits; list them for their ids");
        await service.Operations.ReplayDeadLetterAsync(new ReplayDeadLetterRequest { Id = letter.Id }, With(other.Key));
        (await LettersAsync(other.Key)).ShouldBe(["LLMVersionReleased"]);
    }

    private static async Task<Guid> EnqueueAsync(Service notes, string key, object payload)
    {
        await using var db = await notes.Contexts.CreateDbContextAsync();
        (await notes.Jobs.EnqueueAsync(db, "note", key, payload)).ShouldBeTrue();
        return (await notes.Jobs.ListAsync()).Single(j => j.BusinessKey == key).Id;
    }

    private static Task KeepAsync(Service notes, IEvent happened) =>
        notes.Services.GetRequiredService<DeadLetters<NotesContext>>().KeepAsync(notes.Services.GetServices<Subscription>().Single(s => s.Event == happened.GetType()).Queue, happened, "it failed", 3, default, CancellationToken.None);

    private static Metadata With(string key, string? tenant = null)
    {
        var metadata = new Metadata { { "authorization", "Bearer " + key } };
        if (tenant is not null) metadata.Add(Caller.TenantHeader, tenant);
        return metadata;
    }

    private static async Task<string> RefusedAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        var refused = await Should.ThrowAsync<RpcException>(async () => await call());
        refused.StatusCode.ShouldBe(StatusCode.NotFound);
        return refused.Status.Detail;
    }

    private sealed class NoHandler : IHandle<EditsCommitted>, IHandle<LLMVersionReleased>
    {
        public Task HandleAsync(EditsCommitted happened, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task HandleAsync(LLMVersionReleased happened, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
