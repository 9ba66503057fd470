using Microsoft.EntityFrameworkCore;
using MindBridge.EditRegistry.CommittingEdits;

namespace MindBridge.EditRegistry.WatchingMemories;

/// <summary>Something that happened to a memory: a commit, or a change of what is pending.</summary>
internal sealed record MemoryHappening(Commit? Commit, long Pending);

/// <summary>
/// Tells what happens to a memory: each commit after a given one exactly once and in order, however often a watcher comes back, since commits are numbered without gaps.
/// </summary>
internal sealed class MemoryWatch(IDbContextFactory<RegistryContext> contexts, Commits commits, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Goes on until it is cancelled.</summary>
    public async IAsyncEnumerable<MemoryHappening> WatchAsync(Guid memory, long afterCommit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long? told = null;
        while (true)
        {
            var (pending, last) = await NowAsync(memory, cancellationToken);
            if (last > afterCommit)
            {
                foreach (var commit in await commits.ListAsync(memory, afterCommit, cancellationToken))
                {
                    yield return new MemoryHappening(commit, pending);
                    afterCommit = commit.Sequence;
                }
            }

            if (pending != told) yield return new MemoryHappening(null, pending);
            told = pending;
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    private async Task<(long Pending, long LastCommit)> NowAsync(Guid memory, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.Memories.Where(m => m.Id == memory).Select(m => new { m.LastSequence, m.CommittedSequence, m.LastCommit }).SingleAsync(cancellationToken);
        return (now.LastSequence - now.CommittedSequence, now.LastCommit);
    }
}
