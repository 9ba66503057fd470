using System.Text.Json;
using Grpc.Core;
using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Outbox;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tests.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Tests.Operations;

/// <summary>What the audit log is told of it: what waits in the outbox was written in the transaction that made the change.</summary>
public sealed class When_an_operator_tends_jobs(Servers servers) : IClassFixture<Servers>
{
    private static readonly Guid s_memory = Guid.NewGuid();
    private readonly Refusing refusing = new();

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Should_tell_who_changed_which_job_from_what_to_what(DatabaseKind kind)
    {
        await using var notes = await Service.OnAsync(kind, servers);
        var (acme, platform) = (GuardedService.KeyOf(0, Role.Operator, name: "Ada"), GuardedService.KeyOf(1, Role.Service, name: "platform"));
        await using var service = await GuardedService.StartAsync(notes, [.. acme.Settings, .. platform.Settings]);
        var waits = new JobRequest { Id = (await EnqueueAsync(notes, "waits", new { Tenant = "acme", MemoryId = s_memory })).ToString() };
        await service.Operations.CancelJobAsync(waits, With(acme.Key));
        // The same again changes nothing, and is told of by nothing.
        (await RefusedAsync(service.Operations.CancelJobAsync(waits, With(acme.Key)))).ShouldContain("has ended already");
        await service.Operations.RetryJobAsync(waits, With(platform.Key));
        (await RefusedAsync(service.Operations.RetryJobAsync(waits, With(platform.Key)))).ShouldContain("only a parked or cancelled job can be retried");
        (await notes.Jobs.ClaimAsync("note", "worker")).ShouldNotBeNull();
        for (var i = 0; i < 2; i++) (await service.Operations.CancelJobAsync(waits, With(acme.Key))).Job.State.ShouldBe("running");

        var told = await ToldAsync(notes);

        told.Select(c => (c.MadeBy, c.TenantId, c.What, c.Subject, c.MemoryId)).ShouldBe(
            [("Ada", "acme", "cancel job", waits.Id, s_memory), ("platform", "acme", "retry job", waits.Id, s_memory), ("Ada", "acme", "cancel job", waits.Id, s_memory)]);
        told.Select(c => (Field(c.OldValue, "state"), Field(c.NewValue, "state"))).ShouldBe([("waiting", "cancelled"), ("cancelled", "waiting"), ("running", "cancelling")]);
        told.ShouldAllBe(c => Field(c.OldValue, "service").StartsWith("notes", StringComparison.Ordinal) && Field(c.OldValue, "kind") == "note" && Field(c.OldValue, "businessKey") == "waits");
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres)]
    public async Task Should_tell_who_had_an_event_handled_again(DatabaseKind kind)
    {
        await using var notes = await Service.OnAsync(kind, servers, services => services.AddSingleton(new BusSettings()).AddSingleton(refusing).Subscribe<EditsCommitted, Handler, NotesContext>("notes.commits"));
        var ada = GuardedService.KeyOf(0, Role.Operator, name: "Ada");
        await using var service = await GuardedService.StartAsync(notes, [.. ada.Settings]);
        await notes.Services.GetRequiredService<DeadLetters<NotesContext>>().KeepAsync("notes.commits", new EditsCommitted("acme", s_memory, Guid.NewGuid(), 1, 1, "hash"), "it failed", 3, default, CancellationToken.None);
        var letter = (await service.Operations.ListDeadLettersAsync(new ListDeadLettersRequest(), With(ada.Key))).Letters.ShouldHaveSingleItem();
        var replay = new ReplayDeadLetterRequest { Id = letter.Id };
        refusing.Reason = "it fails again";
        await RefusedAsync(service.Operations.ReplayDeadLetterAsync(replay, With(ada.Key)));
        (await ToldAsync(notes)).ShouldBeEmpty();

        refusing.Reason = null;
        await service.Operations.ReplayDeadLetterAsync(replay, With(ada.Key));

        var told = (await ToldAsync(notes)).ShouldHaveSingleItem();
        (told.MadeBy, told.TenantId, told.What, told.Subject, told.MemoryId).ShouldBe(("Ada", "acme", "replay dead letter", letter.Id, s_memory));
        (Field(told.OldValue, "event"), Field(told.OldValue, "consumer"), Field(told.OldValue, "reason"), Field(told.OldValue, "state"), Field(told.NewValue, "state"))
            .ShouldBe(("EditsCommitted", "notes.commits", "it failed", "given up", "handled"));
    }

    private static async Task<Guid> EnqueueAsync(Service notes, string key, object payload)
    {
        await using var db = await notes.Contexts.CreateDbContextAsync();
        (await notes.Jobs.EnqueueAsync(db, "note", key, payload)).ShouldBeTrue();
        return (await notes.Jobs.ListAsync()).Single(j => j.BusinessKey == key).Id;
    }

    private static async Task<IReadOnlyList<ChangeMade>> ToldAsync(Service notes)
    {
        await using var db = await notes.Contexts.CreateDbContextAsync();
        return [.. (await db.Outbox.AsNoTracking().ToListAsync()).Select(row => EventBody.Read(row.EventType, row.Body)).OfType<ChangeMade>().OrderBy(c => c.MadeAt)];
    }

    private static string Field(string? json, string name) => JsonDocument.Parse(json.ShouldNotBeNull()).RootElement.GetProperty(name).GetString()!;

    private static Metadata With(string key) => new() { { "authorization", "Bearer " + key } };

    private static async Task<string> RefusedAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call) return (await Should.ThrowAsync<RpcException>(async () => await call)).Status.Detail;
    }

    private sealed class Refusing
    {
        public string? Reason { get; set; }
    }

    private sealed class Handler(Refusing refusing) : IHandle<EditsCommitted>
    {
        public Task HandleAsync(EditsCommitted happened, CancellationToken cancellationToken) => refusing.Reason is { } reason ? throw new InvalidDataException(reason) : Task.CompletedTask;
    }
}
