using MindBridge.Contracts.V1;

namespace MindBridge.Cli.Platform;

/// <summary>Where every edit of a memory is.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Id">Its id.</param>
/// <param name="Pending">Entries that wait for a commit.</param>
/// <param name="Commit">The last commit.</param>
/// <param name="Trained">The last commit that memory encoders hold; 0 before the first.</param>
/// <param name="Encoders">Their ids, one a shard.</param>
/// <param name="Llms">By LLM version.</param>
internal sealed record MemoryStatus(string Memory, string Id, long Pending, long Commit, long Trained, IReadOnlyList<string> Encoders, IReadOnlyList<LlmStatus> Llms)
{
    /// <summary>True when everything that was told is served on every LLM version.</summary>
    public bool Settled => Pending == 0 && Commit > 0 && Trained == Commit && Llms.Count > 0 && Llms.All(l => l.Served == Commit || (l.Bridged == Commit && l.Held.Count > 0));
}

/// <summary>A memory on an LLM version.</summary>
/// <param name="Llm">Name and version.</param>
/// <param name="Id">The version's id.</param>
/// <param name="Bridged">The last commit a bridge was trained for.</param>
/// <param name="Bridge">That bridge.</param>
/// <param name="Served">The commit whose bridge is the champion.</param>
/// <param name="Champion">The champion.</param>
/// <param name="Scores">Of the last evaluation, in percent.</param>
/// <param name="Held">Why the last bridge was not promoted; empty when it was.</param>
internal sealed record LlmStatus(string Llm, string Id, long Bridged, string Bridge, long Served, string Champion, IReadOnlyDictionary<string, double> Scores, IReadOnlyList<string> Held);

/// <summary>The state of everything, as the services tell it.</summary>
/// <param name="Memories">The caller's memories.</param>
/// <param name="Jobs">Jobs that wait, run or are parked.</param>
internal sealed record PlatformStatus(IReadOnlyList<MemoryStatus> Memories, IReadOnlyList<JobView> Jobs)
{
    public static async Task<PlatformStatus> ReadAsync(PlatformClients clients, string? memory, CancellationToken cancellationToken)
    {
        var memories = (await clients.Registry.ListMemoriesAsync(new ListMemoriesRequest(), cancellationToken: cancellationToken)).Memories.Where(m => memory is null || m.Name == memory || m.Id == memory).ToList();
        if (memory is not null && memories.Count == 0) throw new ArgumentException($"there is no memory \"{memory}\"; `mindbridge memory list` shows them");
        var llms = (await clients.Registry.ListLlmsAsync(new ListLlmsRequest(), cancellationToken: cancellationToken)).Llms;
        var sets = (await clients.Encoders.ListEncoderSetsAsync(new ListEncoderSetsRequest(), cancellationToken: cancellationToken)).Sets.ToDictionary(s => s.MemoryId, StringComparer.Ordinal);
        var bridges = (await clients.Bridges.ListBridgesAsync(new ListBridgesRequest { History = true }, cancellationToken: cancellationToken)).Bridges;
        var deployments = (await clients.Evaluator.ListDeploymentsAsync(new ListDeploymentsRequest(), cancellationToken: cancellationToken)).Deployments;
        var states = new List<MemoryStatus>();
        foreach (var one in memories)
        {
            var set = sets.GetValueOrDefault(one.Id);
            var versions = new List<LlmStatus>();
            foreach (var llm in llms)
            {
                var mine = bridges.Where(b => b.MemoryId == one.Id && b.LlmId == llm.Id).ToList();
                var latest = mine.MaxBy(b => b.CommitSequence);
                var deployment = deployments.FirstOrDefault(d => d.MemoryId == one.Id && d.LlmId == llm.Id);
                var served = mine.Where(b => b.BridgeId == deployment?.Champion).Select(b => b.CommitSequence).DefaultIfEmpty(0).Max();
                // Those that the gate went by, under each protocol that it names.
                var evaluations = latest is null
                    ? []
                    : (await clients.Evaluator.ListEvaluationsAsync(new ListEvaluationsRequest { MemoryId = one.Id, LlmId = llm.Id, BridgeId = latest.BridgeId, Cause = "bridge", Limit = 10 }, cancellationToken: cancellationToken)).Evaluations.ToList();
                List<string> held = [.. evaluations.Where(e => !e.GatePassed).SelectMany(e => e.Reasons), .. evaluations.Where(e => e.WaitsForOperator && e.BridgeId != deployment?.Champion).Take(1).SelectMany(e => e.Notes)];
                versions.Add(new LlmStatus(
                    $"{llm.Name} {llm.Version}", llm.Id, latest?.CommitSequence ?? 0, latest?.BridgeId ?? "", served, deployment?.Champion ?? "",
                    evaluations.FirstOrDefault()?.Scores.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal) ?? [], held));
            }

            states.Add(new MemoryStatus(one.Name, one.Id, one.PendingCount, one.LastCommitSequence, set?.CommitSequence ?? 0, set is null ? [] : [.. set.Parts.Select(p => p.EncoderId)], versions));
        }

        var jobs = (await JobsCommand.AllAsync(clients, "", cancellationToken)).Where(j => j.State is "waiting" or "running" or "parked").ToList();
        return new PlatformStatus(states, jobs);
    }
}
