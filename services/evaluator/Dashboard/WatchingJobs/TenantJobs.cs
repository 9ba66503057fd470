using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Platform.Operations;

namespace MindBridge.Evaluator.Dashboard.WatchingJobs;

/// <summary>The jobs and dead letters of the tenant that is signed in, of all services.</summary>
internal sealed record TenantJobs
{
    private const int MostRows = 500;

    /// <summary>The latest first.</summary>
    public required IReadOnlyList<JobView> Jobs { get; init; }

    public required IReadOnlyList<DeadLetterView> Letters { get; init; }

    /// <summary>Services that did not answer.</summary>
    public required IReadOnlyList<string> Away { get; init; }

    public static async Task<TenantJobs> ReadAsync(UserCalls calls, string state, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(calls.Services.Select(service => AskAsync(calls, service, state, cancellationToken)));
        return new TenantJobs
        {
            // One process may host all services, and then each of them lists all.
            Jobs = [.. answers.SelectMany(a => a.Jobs).DistinctBy(j => j.Id).OrderByDescending(j => j.CreatedAt, StringComparer.Ordinal)],
            Letters = [.. answers.SelectMany(a => a.Letters).DistinctBy(l => l.Id).OrderByDescending(l => l.FailedAt, StringComparer.Ordinal)],
            Away = [.. answers.Where(a => a.Away).Select(a => a.Service)],
        };
    }

    /// <summary>What a job's payload says of a field, or nothing.</summary>
    public static string Field(JobView job, string name)
    {
        ArgumentNullException.ThrowIfNull(job);
        return JsonBody.Field(job.Payload, name) ?? "";
    }

    private static async Task<(string Service, bool Away, IReadOnlyList<JobView> Jobs, IReadOnlyList<DeadLetterView> Letters)> AskAsync(UserCalls calls, string service, string state, CancellationToken cancellationToken)
    {
        try
        {
            var (operations, by) = (calls.ReadOperationsOf(service), DateTime.UtcNow.AddSeconds(10));
            var jobs = operations.ListJobsAsync(new ListJobsRequest { State = state, Limit = MostRows }, deadline: by, cancellationToken: cancellationToken);
            var letters = operations.ListDeadLettersAsync(new ListDeadLettersRequest(), deadline: by, cancellationToken: cancellationToken);
            return (service, false, (await jobs).Jobs, (await letters).Letters);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            return (service, true, [], []);
        }
    }
}
