using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>Has an LLM's general ability measured with and without a memory, because somebody asks.</summary>
internal sealed class AbilityRequests(IDbContextFactory<EvaluatorContext> contexts, JobQueue<EvaluatorContext> jobs, ProbeSets sets, AbilityItems items, OwnedMemories memories, TimeProvider time)
{
    private const int LongestName = 200;

    /// <summary>A job, or the one that waits or runs for the same bridge and data already.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="llm">The LLM version.</param>
    /// <param name="bridge">Null: the champion.</param>
    /// <param name="settings">How the items were drawn.</param>
    /// <param name="lines">The items, one a line.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="KeyNotFoundException">The caller has no such memory, or it no such bridge.</exception>
    /// <exception cref="RefusedNowException">Nothing serves the memory on this LLM version yet.</exception>
    /// <exception cref="ArgumentException">A line is no item.</exception>
    public async Task<Job> StartAsync(Caller caller, Guid memory, Guid llm, string? bridge, AbilitySettings settings, string lines, CancellationToken cancellationToken)
    {
        if (settings.Data.Length > LongestName) throw new ArgumentException($"data has {settings.Data.Length} characters; give a name of at most {LongestName}");
        var owned = await memories.FindAsync(caller, memory, cancellationToken);
        var wanted = bridge ?? await ChampionAsync(memory, llm, owned.Name, cancellationToken);
        var manifest = await ManifestAsync(owned.Tenant, memory, llm, wanted, cancellationToken);
        var id = await items.KeepAsync(lines, cancellationToken);
        var prefix = $"{wanted}/{id}/";

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var same = await db.Set<Job>().AsNoTracking()
            .Where(j => j.Kind == MeasureAbility.Kind && j.BusinessKey.StartsWith(prefix) && (j.State == JobState.Waiting || j.State == JobState.Running)).FirstOrDefaultAsync(cancellationToken);
        if (same is not null) return same;
        var key = prefix + Guid.NewGuid().ToString("N");
        await jobs.EnqueueAsync(db, MeasureAbility.Kind, key, new MeasureAbility(owned.Tenant, memory, llm, wanted, manifest.Commit, id, settings, caller.Name), cancellationToken);
        var job = await db.Set<Job>().AsNoTracking().SingleAsync(j => j.Kind == MeasureAbility.Kind && j.BusinessKey == key, cancellationToken);
        db.Audit(owned.Tenant, caller.Name, "start ability", job.Id.ToString(), memory, null, new { Bridge = wanted, Items = id, settings.Seed, settings.Data }, null, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return job;
    }

    private async Task<string> ChampionAsync(Guid memory, Guid llm, string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Deployments.AsNoTracking().Where(d => d.MemoryId == memory && d.LlmId == llm).Select(d => d.Champion).SingleOrDefaultAsync(cancellationToken)
            ?? throw new RefusedNowException($"nothing serves memory {name} on LLM version {llm} yet; wait until a bridge has passed its gate, or name a bridge");
    }

    private async Task<BridgeManifest> ManifestAsync(string tenant, Guid memory, Guid llm, string bridge, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = BridgeManifest.Of(await sets.ReadBytesAsync(bridge, cancellationToken));
            if (manifest.TenantId == tenant && manifest.MemoryId == memory && manifest.LlmId == llm) return manifest;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException or ArgumentException)
        {
            // Another kind of artifact, or none: the same to a caller, who must not learn which.
        }

        throw new KeyNotFoundException($"memory {memory} has no bridge {bridge} on LLM version {llm}; list the deployments or evaluations for bridges");
    }
}
