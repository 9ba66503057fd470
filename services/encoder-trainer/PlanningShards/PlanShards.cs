using Microsoft.EntityFrameworkCore;
using MindBridge.EncoderTrainer.Hosting;
using MindBridge.EncoderTrainer.TrainingEncoders;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>A commit of which nobody knows yet what it changes.</summary>
internal sealed record CommitToPlan(string Tenant, Guid MemoryId, Guid CommitId, long Sequence);

/// <summary>
/// Reads what stands at a commit, deals it out to shards, and asks for the encoders of those that changed. The long part happens before the transaction; if another commit of the memory was
/// planned meanwhile, it is done again.
/// </summary>
internal sealed class PlanShards(
    StandingEdits edits, ShardOrders orders, EncoderRecipes recipes, EncoderSettings settings, BaseModel baseModel, ServiceClients services,
    IDbContextFactory<EncoderContext> contexts, JobQueue<EncoderContext> jobs, TimeProvider time) : IWork<EncoderContext>
{
    public const string JobKind = "plan-shards";

    public string Kind => JobKind;

    public static Task<bool> EnqueueAsync(JobQueue<EncoderContext> jobs, EncoderContext db, CommitToPlan commit, CancellationToken cancellationToken) =>
        jobs.EnqueueAsync(db, JobKind, commit.CommitId.ToString(), commit, cancellationToken);

    public async Task RunAsync(LeasedJob<EncoderContext> job, CancellationToken cancellationToken)
    {
        var commit = job.Payload<CommitToPlan>();
        while (true)
        {
            var known = await KnownAsync(commit.MemoryId, cancellationToken);
            if (known.Planned >= commit.Sequence)
            {
                await job.SupersedeAsync($"commit {known.Planned} of the memory is planned already", cancellationToken: cancellationToken);
                return;
            }

            var plan = await PlanAsync(commit, known, cancellationToken);
            try
            {
                await job.CompleteAsync(db => KeepAsync(db, commit, known, plan, cancellationToken), cancellationToken);
                return;
            }
            catch (PlannedMeanwhileException)
            {
                // Another worker planned a commit of this memory since; what we read is old.
            }
        }
    }

    private async Task<Known> KnownAsync(Guid memory, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var planned = await db.Memories.Where(m => m.MemoryId == memory).Select(m => m.PlannedSequence).SingleOrDefaultAsync(cancellationToken);
        return new Known(
            planned,
            await db.Shards.AsNoTracking().Where(s => s.MemoryId == memory).ToListAsync(cancellationToken),
            await db.Facts.AsNoTracking().Where(f => f.MemoryId == memory).ToDictionaryAsync(f => f.FactId, f => f.ShardId, cancellationToken),
            await db.Wanted.AsNoTracking().Where(w => w.MemoryId == memory && w.Sequence == planned).ToDictionaryAsync(w => w.ShardId, cancellationToken),
            (await db.Encoders.AsNoTracking().Where(e => e.MemoryId == memory).ToListAsync(cancellationToken)).ToLookup(e => e.ShardId));
    }

    private async Task<Plan> PlanAsync(CommitToPlan commit, Known known, CancellationToken cancellationToken)
    {
        var memory = await services.EditRegistry(commit.Tenant).GetMemoryAsync(new Wire.GetMemoryRequest { Memory = commit.MemoryId.ToString() }, cancellationToken: cancellationToken);
        var standing = await edits.ReadAsync(commit.Tenant, commit.MemoryId, commit.Sequence, cancellationToken);
        var prompts = await edits.ReadOutOfScopeAsync(commit.Tenant, commit.MemoryId, cancellationToken);
        var outOfScope = prompts.Count == 0 ? null : await orders.SaveAsync(prompts, cancellationToken);
        var prefixes = string.IsNullOrWhiteSpace(settings.Prefixes) ? null : await orders.SaveAsync(settings.Sentences(), cancellationToken);
        var assignment = ShardAssignment.Of(commit.MemoryId, known.Shards, known.ShardOf, [.. standing.Select(e => e.Fact)], memory.Settings.ShardCapacity);
        var held = standing.ToLookup(e => assignment.ShardOf[e.Fact]);
        var (wanted, dirty) = (new List<WantedShard>(), new List<ShardToTrain>());
        foreach (var shard in assignment.Shards.Where(shard => held.Contains(shard.Id)))
        {
            var order = new ShardOrder
            {
                Recipe = recipes.For(held[shard.Id].Count(), answersMustStay: outOfScope is not null), WarmEpochs = settings.WarmEpochs, BaseModel = baseModel.Identity, OutOfScope = outOfScope, Prefixes = prefixes, Edits = [.. held[shard.Id]],
            };
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(ShardOrders.BytesOf(order)));
            var unchanged = known.Wanted.TryGetValue(shard.Id, out var before) && before.ContentHash == hash;
            wanted.Add(new WantedShard
            {
                MemoryId = commit.MemoryId, Sequence = commit.Sequence, ShardId = shard.Id, Place = shard.Place, ContentHash = hash,
                ChangedAtSequence = unchanged ? before!.ChangedAtSequence : commit.Sequence,
            });
            if (known.Encoders[shard.Id].Any(encoder => encoder.ContentHash == hash)) continue;
            await orders.SaveAsync(order, cancellationToken);
            var start = await StartOfAsync(order, known.Encoders[shard.Id], cancellationToken);
            dirty.Add(new ShardToTrain(commit.Tenant, commit.MemoryId, shard.Id, commit.CommitId, commit.Sequence, hash, start));
        }

        return new Plan(assignment, wanted, dirty);
    }

    // From the shard's last encoder where most of what is to be learnt is in it. Not after a retraction: weights that once learnt a fact are the one place where it could stay.
    private async Task<string?> StartOfAsync(ShardOrder order, IEnumerable<ShardEncoder> trained, CancellationToken cancellationToken)
    {
        if (trained.Where(encoder => encoder.EncoderId is not null).MaxBy(encoder => encoder.CommitSequence) is not { } last) return null;
        try
        {
            var before = await orders.LoadAsync<ShardOrder>(last.ContentHash, cancellationToken);
            var facts = order.Edits.Select(e => e.Fact).ToHashSet();
            var kept = before.Edits.Count(e => facts.Contains(e.Fact));
            return before.BaseModel == order.BaseModel && kept == before.Edits.Count && 2 * kept >= facts.Count ? last.EncoderId : null;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            return null;
        }
    }

    private async Task KeepAsync(EncoderContext db, CommitToPlan commit, Known known, Plan plan, CancellationToken cancellationToken)
    {
        var memory = commit.MemoryId;
        await db.Database.ExecuteSqlAsync($"INSERT INTO memories (memory_id, tenant_id, planned_sequence) VALUES ({memory}, {commit.Tenant}, 0) ON CONFLICT DO NOTHING", cancellationToken);
        var row = await db.LockAsync(memory, cancellationToken);
        if (row.PlannedSequence != known.Planned) throw new PlannedMeanwhileException();
        row.PlannedSequence = commit.Sequence;
        db.Commits.Add(new PlannedCommit { MemoryId = memory, Sequence = commit.Sequence, CommitId = commit.CommitId, PlannedAt = time.GetUtcNow() });
        db.Shards.AddRange(plan.Assignment.Opened);
        db.Wanted.AddRange(plan.Wanted);
        foreach (var gone in known.ShardOf.Keys.Where(fact => !plan.Assignment.ShardOf.ContainsKey(fact)).Chunk(1000))
            await db.Facts.Where(f => f.MemoryId == memory && gone.Contains(f.FactId)).ExecuteDeleteAsync(cancellationToken);
        db.Facts.AddRange(plan.Assignment.ShardOf.Where(f => !known.ShardOf.ContainsKey(f.Key)).Select(f => new ShardFact { MemoryId = memory, FactId = f.Key, ShardId = f.Value }));
        foreach (var shard in plan.Dirty)
        {
            var key = TrainEncoder.KeyOf(shard.ShardId, shard.ContentHash);
            if (!await jobs.EnqueueAsync(db, TrainEncoder.JobKind, key, shard, cancellationToken)) await jobs.ReopenAsync(db, TrainEncoder.JobKind, key, cancellationToken);
        }

        await ForgetOldAsync(db, memory, cancellationToken);
    }

    // What is older than the latest commit whose encoders are all there will never be served again.
    private static async Task ForgetOldAsync(EncoderContext db, Guid memory, CancellationToken cancellationToken)
    {
        var whole = await db.Commits
            .Where(c => c.MemoryId == memory && !db.Wanted.Any(w => w.MemoryId == memory && w.Sequence == c.Sequence && !db.Encoders.Any(e => e.ShardId == w.ShardId && e.ContentHash == w.ContentHash)))
            .MaxAsync(c => (long?)c.Sequence, cancellationToken) ?? 0;
        await db.Wanted.Where(w => w.MemoryId == memory && w.Sequence < whole).ExecuteDeleteAsync(cancellationToken);
        await db.Commits.Where(c => c.MemoryId == memory && c.Sequence < whole).ExecuteDeleteAsync(cancellationToken);
    }

    private sealed record Known(
        long Planned, IReadOnlyList<MemoryShard> Shards, IReadOnlyDictionary<Guid, Guid> ShardOf, IReadOnlyDictionary<Guid, WantedShard> Wanted, ILookup<Guid, ShardEncoder> Encoders);

    private sealed record Plan(ShardAssignment Assignment, IReadOnlyList<WantedShard> Wanted, IReadOnlyList<ShardToTrain> Dirty);

    private sealed class PlannedMeanwhileException : Exception;
}
