using Grpc.Core;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>The edits of a memory as the edit registry holds them.</summary>
internal sealed class MemoryEdits(ServiceClients services)
{
    /// <summary>What stands as of a commit; nothing before the first.</summary>
    public async Task<IReadOnlyList<Wire.RecordedEdit>> ReadAsync(string tenant, Guid memory, long commit, CancellationToken cancellationToken)
    {
        if (commit == 0) return [];
        using var call = services.EditRegistry(tenant).ReadEdits(new Wire.ReadEditsRequest { Memory = memory.ToString(), CommitSequence = commit }, cancellationToken: cancellationToken);
        var edits = new List<Wire.RecordedEdit>();
        while (await call.ResponseStream.MoveNext(cancellationToken))
            if (!call.ResponseStream.Current.Retraction) edits.Add(call.ResponseStream.Current);
        return edits;
    }

    /// <summary>By edit (fact) the commit that it came with, as of a commit.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CommitsAsync(string tenant, Guid memory, long commit, CancellationToken cancellationToken)
    {
        var registry = services.EditRegistry(tenant);
        var commits = new List<Wire.Commit>();
        while (true)
        {
            var part = (await registry.ListCommitsAsync(new Wire.ListCommitsRequest { Memory = memory.ToString(), AfterSequence = commits.Count == 0 ? 0 : commits[^1].Sequence }, cancellationToken: cancellationToken)).Commits;
            commits.AddRange(part.Where(c => c.Sequence <= commit));
            if (part.Count == 0 || part[^1].Sequence >= commit) break;
        }

        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        if (commits.Count == 0) return found;
        foreach (var edit in await ReadAsync(tenant, memory, commits[^1].Sequence, cancellationToken))
        {
            // The commit whose range of entries the edit lies in.
            var (low, high) = (0, commits.Count - 1);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (commits[middle].LastEdit >= edit.Sequence) high = middle;
                else low = middle + 1;
            }

            found[edit.FactId] = commits[low].Sequence;
        }

        return found;
    }
}
