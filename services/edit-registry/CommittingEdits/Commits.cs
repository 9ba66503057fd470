using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.EditRegistry.ReadingEdits;
using MindBridge.Platform.Auditing;
using MindBridge.Platform.Security;
using MindBridge.Platform.Tracing;

namespace MindBridge.EditRegistry.CommittingEdits;

/// <summary>Turns what is pending into commits.</summary>
internal sealed class Commits(IDbContextFactory<RegistryContext> contexts, TimeProvider time)
{
    /// <summary>Commits what is pending now.</summary>
    /// <returns>The new commit; the last one when nothing is pending.</returns>
    /// <exception cref="ArgumentException">The memory never had an edit.</exception>
    public async Task<Commit> CommitNowAsync(Guid memory, Caller by, CancellationToken cancellationToken)
    {
        if (await CommitAsync(memory, _ => CommitCause.Explicit, by, cancellationToken) is { } commit) return commit;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Commits.AsNoTracking().Where(c => c.MemoryId == memory).OrderByDescending(c => c.Sequence).FirstOrDefaultAsync(cancellationToken)
            ?? throw new ArgumentException("the memory holds no edits; submit some before you commit");
    }

    /// <summary>Commits every memory whose pending edits are due; returns how many.</summary>
    public async Task<int> CommitDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        List<Guid> due;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
            due = await db.Memories.Where(m => m.CommitDueAt <= now).OrderBy(m => m.CommitDueAt).Select(m => m.Id).ToListAsync(cancellationToken);
        var committed = 0;
        // Another replica may have been quicker, or an edit may have put the commit off: the locked row decides.
        foreach (var memory in due)
            if (await CommitAsync(memory, m => m.CommitDueAt <= now ? m.Pending >= m.CommitAfterCount ? CommitCause.Count : CommitCause.Time : null, null, cancellationToken) is not null) committed++;
        return committed;
    }

    public async Task<IReadOnlyList<Commit>> ListAsync(Guid memory, long after, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Commits.AsNoTracking().Where(c => c.MemoryId == memory && c.Sequence > after).OrderBy(c => c.Sequence).ToListAsync(cancellationToken);
    }

    private async Task<Commit?> CommitAsync(Guid id, Func<MemoryRecord, CommitCause?> cause, Caller? by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var memory = await db.LockAsync(id, cancellationToken);
        if (memory.Pending == 0 || cause(memory) is not { } why) return null;
        // The edits' own trace goes on, whoever or whatever asked for the commit.
        using var activity = memory.PendingTrace is null ? null : new TraceContext(memory.PendingTrace, null).Resume("commit", ActivityKind.Internal);
        var commit = new Commit
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            MemoryId = memory.Id,
            Sequence = memory.LastCommit + 1,
            FirstEdit = memory.CommittedSequence + 1,
            LastEdit = memory.LastSequence,
            EditCount = checked((int)memory.Pending),
            ContentHash = memory.HistoryHash,
            Cause = why,
            CommittedAt = time.GetUtcNow(),
        };
        db.Commits.Add(commit);
        (memory.LastCommit, memory.CommittedSequence, memory.PendingSince, memory.PendingTrace, memory.CommitDueAt) = (commit.Sequence, commit.LastEdit, null, null, null);
        db.Publish(new EditsCommitted(memory.TenantId, memory.Id, commit.Id, commit.Sequence, commit.EditCount, commit.ContentHash), time);
        // One that came due is nobody's act.
        if (by is not null) db.Audit(by, "commit", commit.Id.ToString(), memory.Id, null, new { commit.Sequence, commit.FirstEdit, commit.LastEdit }, time);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // So that the first search after a large import need not.
        await EditEnding.RecordAsync(db, memory.Id, commit.LastEdit, cancellationToken);
        return commit;
    }
}
