using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.ReadingAudit;
using MindBridge.Platform.Jobs;
using MindBridge.ServingWorld;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Evaluator.Tests.Auditing;

public sealed class When_jobs_are_tended(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_stand_in_the_audit_log_with_who_and_which_and_from_what_to_what()
    {
        var memory = await tenant.MemoryAsync();
        // Of a kind that nobody takes up.
        var job = new JobRequest { Id = (await EnqueueAsync("audited", new { Tenant = tenant.Name, MemoryId = memory })).ToString() };
        var operations = new Operations.OperationsClient(platform.Serving.Channel(platform.Serving.Addresses.Evaluator));
        await operations.CancelJobAsync(job, tenant.AsOperator);
        await operations.RetryJobAsync(job, tenant.AsOperator);

        IList<AuditEntry> entries = [];
        await Eventually.HoldsAsync(async () => (entries = (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest { MemoryId = memory.ToString() }, tenant.AsAdmin)).Entries).Count >= 3, "the log tells of them");

        entries.Select(e => (e.What, e.Subject, AuditWords.Of(e))).ShouldBe(
            [("retry job", job.Id, "audited of evaluator: cancelled, then waiting"), ("cancel job", job.Id, "audited of evaluator: waiting, then cancelled"), ("create memory", memory.ToString(), "")]);
        entries[0].Who.ShouldStartWith("caller ");
        entries[0].Who.ShouldNotBe(entries[2].Who, "an operator tended, an editor created");
    }

    private async Task<Guid> EnqueueAsync(string kind, object payload)
    {
        var services = platform.Serving.Judge.Services;
        await using var db = await services.GetRequiredService<IDbContextFactory<EvaluatorContext>>().CreateDbContextAsync();
        var jobs = services.GetRequiredService<JobQueue<EvaluatorContext>>();
        (await jobs.EnqueueAsync(db, kind, $"{Guid.NewGuid()}", payload)).ShouldBeTrue();
        return (await jobs.ListAsync(tenant: tenant.Name)).ShouldHaveSingleItem().Id;
    }
}
