using System.Text;
using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.MakingProbeSets;

/// <summary>Keeps probe sets as artifacts under names and versions.</summary>
internal sealed class ProbeSetStore(IDbContextFactory<EvaluatorContext> contexts, IArtifactStore store, OwnedMemories memories, TimeProvider time)
{
    /// <summary>Bytes of an import at most: some hundred thousand probes.</summary>
    public const int MostBytes = 64 << 20;

    private const int LongestName = 100;

    /// <summary>The sets of a memory, by name, the latest version first.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    public async Task<IReadOnlyList<ProbeSet>> ListAsync(Caller caller, Guid memory, CancellationToken cancellationToken)
    {
        await memories.FindAsync(caller, memory, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ProbeSets.AsNoTracking().Where(s => s.MemoryId == memory).OrderBy(s => s.Name).ThenByDescending(s => s.Version).ToListAsync(cancellationToken);
    }

    /// <summary>Stores a file of probes, or says what is wrong with which of its lines and stores nothing.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    /// <exception cref="ArgumentException">The name is none, or the file holds no probe.</exception>
    public async Task<(ProbeSet? Set, IReadOnlyList<(int Line, string Problem)> Problems)> ImportAsync(Caller caller, Guid memory, string name, string text, CancellationToken cancellationToken)
    {
        var owned = await memories.FindAsync(caller, memory, cancellationToken);
        var (probes, problems) = (new List<Probe>(), new List<(int, string)>());
        foreach (var (i, line) in text.Split('\n').Index())
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                probes.Add(Probe.Read(line, i + 1));
            }
            catch (InvalidDataException e)
            {
                problems.Add((i + 1, e.Message));
            }
        }

        if (problems.Count > 0) return (null, problems);
        return (await KeepAsync(caller, owned.Tenant, memory, name, ProbeSet.Imported, probes, cancellationToken), []);
    }

    /// <summary>Stores probes as the next version of a name; the same probes again are the same version.</summary>
    /// <exception cref="ArgumentException">The name is none, or there are no probes.</exception>
    public async Task<ProbeSet> KeepAsync(Caller caller, string tenant, Guid memory, string name, string source, IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName) throw new ArgumentException($"name is \"{name}\"; give a name of 1 to {LongestName} characters");
        if (name == ProbeSet.FromEdits) throw new ArgumentException($"name is \"{name}\", which the probes held out from the edits have; give another");
        if (probes.Count == 0) throw new ArgumentException("there is no probe to store; give at least one");
        var id = await SaveAsync(probes, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var set = await db.NameAsync(tenant, memory, name, source, id, probes, caller.Name, time, cancellationToken);
        db.Audit(tenant, caller.Name, "make probe set", id, memory, null, new { set.Name, set.Version, set.Source, set.Probes }, null, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return set;
    }

    /// <summary>Probes as an artifact: the same probes, the same id.</summary>
    public async Task<string> SaveAsync(IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(probes.Select(p => p.ToLine() + "\n"))));
        return (await store.SaveAsync(lines, cancellationToken)).Value;
    }

    /// <summary>A set that the memory has.</summary>
    /// <exception cref="KeyNotFoundException">It has none of this id.</exception>
    public async Task<ProbeSet> FindAsync(Guid memory, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ProbeSets.AsNoTracking().Where(s => s.MemoryId == memory && s.Id == id).OrderByDescending(s => s.Version).FirstOrDefaultAsync(cancellationToken)
            ?? throw new KeyNotFoundException($"memory {memory} has no probe set {id}; list its probe sets for their ids");
    }
}
