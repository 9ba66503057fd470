using System.Globalization;
using Grpc.Core;
using MindBridge.Contracts;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Outbox;
using MindBridge.Platform.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace MindBridge.Platform.Operations;

/// <summary>
/// Jobs and dead letters of every service in this process. Operators have those of their tenant; what is another's is to them as if it did not exist. A service key has all, or one tenant's
/// where it names the tenant. A job that names no tenant is for service keys alone.
/// </summary>
[Authorize(Policy = Caller.Operator)]
internal sealed class OperationsService(IEnumerable<IOperated> services) : Contracts.V1.Operations.OperationsBase
{
    private const int MostRows = 1000;

    public override async Task<ListJobsReply> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var state = request.State.Length == 0 ? (JobState?)null
            : Enum.TryParse<JobState>(request.State, ignoreCase: true, out var named) && !char.IsAsciiDigit(request.State[0]) ? named
            : throw new ArgumentException($"state is \"{request.State}\"; give waiting, running, succeeded, parked or cancelled, or nothing for all");
        var limit = Math.Clamp(request.Limit == 0 ? 100 : request.Limit, 1, MostRows);
        var (caller, reply) = (CallerOf(context), new ListJobsReply());
        foreach (var service in services)
            reply.Jobs.AddRange((await service.JobsAsync(state, caller.IsForAll ? null : caller.Tenant, limit, context.CancellationToken)).Select(job => View(service, job)));
        return reply;
    }

    public override async Task<JobReply> CancelJob(JobRequest request, ServerCallContext context)
    {
        var (service, job) = await FindAsync(request.Id, context);
        if (!await service.CancelAsync(job.Id, CallerOf(context), context.CancellationToken)) throw new Rpc.RefusedNowException($"job {job.Id} has ended already ({job.State}); there is nothing to cancel");
        return new JobReply { Job = View(service, (await service.FindJobAsync(job.Id, context.CancellationToken))!) };
    }

    public override async Task<JobReply> RetryJob(JobRequest request, ServerCallContext context)
    {
        var (service, job) = await FindAsync(request.Id, context);
        if (!await service.RetryAsync(job.Id, CallerOf(context), context.CancellationToken)) throw new Rpc.RefusedNowException($"job {job.Id} is {job.State.ToString().ToLowerInvariant()}; only a parked or cancelled job can be retried");
        return new JobReply { Job = View(service, (await service.FindJobAsync(job.Id, context.CancellationToken))!) };
    }

    public override async Task<ListDeadLettersReply> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        var (caller, reply) = (CallerOf(context), new ListDeadLettersReply());
        foreach (var service in services)
        {
            reply.Letters.AddRange((await service.DeadLettersAsync(context.CancellationToken)).Where(letter => Concerns(caller, letter)).Select(letter => new DeadLetterView
            {
                Id = letter.Id.ToString(),
                Service = service.Service,
                Consumer = letter.Consumer,
                Event = letter.EventType,
                Body = letter.Body,
                Reason = letter.Reason,
                Attempts = letter.Attempts,
                FailedAt = Moment(letter.FailedAt),
            }));
        }

        return reply;
    }

    public override async Task<ReplayDeadLetterReply> ReplayDeadLetter(ReplayDeadLetterRequest request, ServerCallContext context)
    {
        var (caller, id) = (CallerOf(context), IdOf(request.Id));
        foreach (var service in services)
        {
            if (!(await service.DeadLettersAsync(context.CancellationToken)).Any(letter => letter.Id == id && Concerns(caller, letter))) continue;
            await service.ReplayAsync(id, caller, context.CancellationToken);
            return new ReplayDeadLetterReply();
        }

        throw new KeyNotFoundException($"no dead letter {id} waits; list them for their ids");
    }

    private async Task<(IOperated Service, Job Job)> FindAsync(string wanted, ServerCallContext context)
    {
        var (caller, id) = (CallerOf(context), IdOf(wanted));
        foreach (var service in services)
            if (await service.FindJobAsync(id, context.CancellationToken) is { } job && Concerns(caller, job.Tenant)) return (service, job);
        throw new KeyNotFoundException($"there is no job {id}; list the jobs for their ids");
    }

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext().User);

    private static bool Concerns(Caller caller, string? tenant) => tenant is null ? caller.IsForAll : caller.MaySee(tenant);

    // Releases of LLMs are every tenant's, as the catalogue is that operators release them to.
    private static bool Concerns(Caller caller, DeadLetter letter) => letter.EventType == EventBody.NameOf(typeof(LLMVersionReleased)) || Concerns(caller, JsonBody.Tenant(letter.Body));

    private static Guid IdOf(string id) => Guid.TryParse(id, out var parsed) ? parsed : throw new ArgumentException($"id is \"{id}\"; give an id as the lists show it");

    private static JobView View(IOperated service, Job job)
    {
        var view = new JobView
        {
            Id = job.Id.ToString(),
            Service = service.Service,
            Kind = job.Kind,
            BusinessKey = job.BusinessKey,
            State = job.State.ToString().ToLowerInvariant(),
            Attempts = job.Attempts,
            Step = job.Step,
            Steps = job.Steps,
            Reason = job.Reason ?? "",
            CreatedAt = Moment(job.CreatedAt),
            ChangedAt = Moment(job.ChangedAt),
            Payload = job.Payload,
        };
        if (job.Loss is { } loss) view.Loss = loss;
        if (job.EtaSeconds is { } eta) view.EtaSeconds = eta;
        return view;
    }

    private static string Moment(DateTimeOffset moment) => moment.ToString("O", CultureInfo.InvariantCulture);
}
