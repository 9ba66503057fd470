using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.Evaluator.ReadingEvaluations;

namespace MindBridge.Evaluator.Dashboard.Calling;

/// <summary>What the services hold for a tenant, read at one time.</summary>
internal sealed record TenantState
{
    private const int MostEvaluations = 1000;

    public required IReadOnlyList<Memory> Memories { get; init; }

    /// <summary>In service, in the order of their release.</summary>
    public required IReadOnlyList<LlmVersion> Llms { get; init; }

    public required IReadOnlyList<EncoderSet> Encoders { get; init; }

    /// <summary>Every one that was trained.</summary>
    public required IReadOnlyList<TrainedBridge> Bridges { get; init; }

    public required IReadOnlyList<Deployment> Deployments { get; init; }

    /// <summary>Of whatever cause, the latest first.</summary>
    public required IReadOnlyList<Contracts.V1.Evaluation> Evaluations { get; init; }

    /// <summary>Those that gates go by, the latest first. Asked for apart: a schedule makes so many others that these would not be among the latest.</summary>
    public required IReadOnlyList<Contracts.V1.Evaluation> Judged { get; init; }

    /// <summary>Services that did not answer; what they hold is missing here.</summary>
    public required IReadOnlyList<string> Away { get; init; }

    /// <summary>Asks all services at once. The registry must answer; without another service, its part is empty.</summary>
    public static async Task<TenantState> ReadAsync(UserCalls calls, CancellationToken cancellationToken)
    {
        var away = new List<string>();
        var by = DateTime.UtcNow.AddSeconds(10);
        var memories = calls.Registry.ListMemoriesAsync(new ListMemoriesRequest(), deadline: by, cancellationToken: cancellationToken).ResponseAsync;
        var llms = calls.Registry.ListLlmsAsync(new ListLlmsRequest(), deadline: by, cancellationToken: cancellationToken).ResponseAsync;
        var encoders = OrAwayAsync("encoder-trainer", calls.Encoders.ListEncoderSetsAsync(new ListEncoderSetsRequest(), deadline: by, cancellationToken: cancellationToken), away);
        var bridges = OrAwayAsync("bridge-trainer", calls.Bridges.ListBridgesAsync(new ListBridgesRequest { History = true }, deadline: by, cancellationToken: cancellationToken), away);
        var deployments = calls.Evaluator.ListDeploymentsAsync(new ListDeploymentsRequest { Standing = true }, deadline: by, cancellationToken: cancellationToken).ResponseAsync;
        var evaluations = calls.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { Limit = MostEvaluations }, deadline: by, cancellationToken: cancellationToken).ResponseAsync;
        var judged = calls.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { Cause = EvaluationCause.Bridge, Limit = MostEvaluations }, deadline: by, cancellationToken: cancellationToken).ResponseAsync;
        await Task.WhenAll(memories, llms, encoders, bridges, deployments, evaluations, judged);
        return new TenantState
        {
            Memories = [.. (await memories).Memories.OrderBy(m => m.Name, StringComparer.Ordinal)],
            Llms = (await llms).Llms,
            Encoders = (await encoders)?.Sets ?? [],
            Bridges = (await bridges)?.Bridges ?? [],
            Deployments = (await deployments).Deployments,
            Evaluations = (await evaluations).Evaluations,
            Judged = (await judged).Evaluations,
            Away = away,
        };
    }

    /// <summary>The memory on the LLM version.</summary>
    public Pairing Of(Memory memory, LlmVersion llm)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(llm);
        var bridges = Bridges.Where(b => b.MemoryId == memory.Id && b.LlmId == llm.Id).OrderBy(b => b.CommitSequence).ThenBy(b => b.TrainedAt, StringComparer.Ordinal).ToList();
        var evaluations = Judged.Where(e => e.MemoryId == memory.Id && e.LlmId == llm.Id).ToList();
        return new Pairing(memory, llm, Deployments.FirstOrDefault(d => d.MemoryId == memory.Id && d.LlmId == llm.Id), bridges, evaluations, Encoders.FirstOrDefault(s => s.MemoryId == memory.Id)?.CommitSequence ?? 0);
    }

    /// <summary>Every memory on every LLM version in service.</summary>
    public IEnumerable<Pairing> Pairings() => from memory in Memories from llm in Llms select Of(memory, llm);

    /// <summary>Name and version, also of a version out of service.</summary>
    public string LlmName(string id) => Llms.FirstOrDefault(l => l.Id == id) is { } llm ? $"{llm.Name} {llm.Version}" : id[..Math.Min(8, id.Length)];

    public string MemoryName(string id) => Memories.FirstOrDefault(m => m.Id == id)?.Name ?? id[..Math.Min(8, id.Length)];

    private static async Task<T?> OrAwayAsync<T>(string service, AsyncUnaryCall<T> call, List<string> away)
        where T : class
    {
        try
        {
            return await call;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            lock (away) away.Add(service);
            return null;
        }
    }
}
