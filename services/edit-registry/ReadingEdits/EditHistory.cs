using Microsoft.EntityFrameworkCore;
using MindBridge.EditRegistry.SubmittingEdits;

namespace MindBridge.EditRegistry.ReadingEdits;

/// <summary>Where an entry of the history is.</summary>
public enum EditState
{
    /// <summary>It stands, and waits for its commit.</summary>
    Pending,

    /// <summary>It stands, and is committed.</summary>
    Committed,

    /// <summary>A later edit of the same fact replaced it.</summary>
    Superseded,

    /// <summary>It was taken back, or takes back.</summary>
    Retracted,
}

/// <summary>An entry with its state.</summary>
internal sealed record EditInState(RecordedEdit Edit, EditState State);

/// <summary>A page of entries.</summary>
/// <param name="Edits">In the order of their sequence.</param>
/// <param name="Next">The sequence after which the next page begins; 0 at the end.</param>
internal sealed record EditPage(IReadOnlyList<EditInState> Edits, long Next);

/// <summary>Reads memories' histories.</summary>
internal sealed class EditHistory(IDbContextFactory<RegistryContext> contexts)
{
    private const int MostRows = 1000;

    /// <summary>The edits that stand now, or that stood at a commit, in order.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="commit">The commit's sequence; 0 for now, pending edits included.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="KeyNotFoundException">There is no such commit.</exception>
    public async IAsyncEnumerable<EditInState> StandingAsync(Guid memory, long commit, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var committed = await db.Memories.Where(m => m.Id == memory).Select(m => m.CommittedSequence).SingleAsync(cancellationToken);
        var last = commit == 0
            ? long.MaxValue
            : await db.Commits.Where(c => c.MemoryId == memory && c.Sequence == commit).Select(c => (long?)c.LastEdit).SingleOrDefaultAsync(cancellationToken)
                ?? throw new KeyNotFoundException($"the memory has no commit {commit}; list its commits for their sequences");
        var edits = db.Edits.AsNoTracking().Where(e => e.MemoryId == memory && e.Sequence <= last);
        var standing = edits.Where(e => !e.Retraction && !edits.Any(later => later.FactId == e.FactId && later.Sequence > e.Sequence)).OrderBy(e => e.Sequence);
        await foreach (var edit in standing.AsAsyncEnumerable().WithCancellation(cancellationToken))
            yield return new EditInState(edit, edit.Sequence > committed ? EditState.Pending : EditState.Committed);
    }

    /// <summary>Entries whose subject, object or prompt contain a text, regardless of case.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="text">The text; null or empty for every entry.</param>
    /// <param name="history">Superseded and retracted entries too.</param>
    /// <param name="after">Begin after this sequence.</param>
    /// <param name="limit">At most so many; 0 for 100.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<EditPage> SearchAsync(Guid memory, string? text, bool history, long after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit == 0 ? 100 : limit, 1, MostRows);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = db.Edits.AsNoTracking().Where(e => e.MemoryId == memory && e.Sequence > after);
        if (!string.IsNullOrWhiteSpace(text))
        {
            var wanted = text.Trim().ToLowerInvariant();
            found = found.Where(e => e.Subject.ToLower().Contains(wanted) || e.Object.ToLower().Contains(wanted) || e.Prompt.ToLower().Contains(wanted));
        }

        if (!history) found = found.Where(e => !e.Retraction && !db.Edits.Any(later => later.MemoryId == memory && later.FactId == e.FactId && later.Sequence > e.Sequence));
        var edits = await InStateAsync(db, memory, found.OrderBy(e => e.Sequence).Take(limit + 1), cancellationToken);
        return edits.Count <= limit ? new EditPage(edits, 0) : new EditPage([.. edits.Take(limit)], edits[limit - 1].Edit.Sequence);
    }

    /// <summary>Everything that was ever said of a fact, oldest first.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was.</exception>
    public async Task<IReadOnlyList<EditInState>> OfFactAsync(Guid memory, Guid fact, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var edits = await InStateAsync(db, memory, db.Edits.AsNoTracking().Where(e => e.MemoryId == memory && e.FactId == fact).OrderBy(e => e.Sequence), cancellationToken);
        return edits.Count > 0 ? edits : throw new KeyNotFoundException($"the memory says nothing of fact {fact}; search its edits for fact ids");
    }

    /// <summary>One entry by its id.</summary>
    /// <exception cref="KeyNotFoundException">The memory has no such edit.</exception>
    public async Task<EditInState> FindAsync(Guid memory, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await InStateAsync(db, memory, db.Edits.AsNoTracking().Where(e => e.Id == id && e.MemoryId == memory), cancellationToken);
        return found.Count == 1 ? found[0] : throw new KeyNotFoundException($"the memory has no edit {id}; search its edits for their ids");
    }

    private static async Task<IReadOnlyList<EditInState>> InStateAsync(RegistryContext db, Guid memory, IQueryable<RecordedEdit> edits, CancellationToken cancellationToken)
    {
        var committed = await db.Memories.Where(m => m.Id == memory).Select(m => m.CommittedSequence).SingleAsync(cancellationToken);
        var rows = await edits.Select(e => new
        {
            Edit = e,
            TakenBack = db.Edits.Where(later => later.MemoryId == memory && later.FactId == e.FactId && later.Sequence > e.Sequence).OrderBy(later => later.Sequence).Select(later => (bool?)later.Retraction).FirstOrDefault(),
        }).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new EditInState(row.Edit, row switch
        {
            { Edit.Retraction: true } or { TakenBack: true } => EditState.Retracted,
            { TakenBack: false } => EditState.Superseded,
            _ => row.Edit.Sequence > committed ? EditState.Pending : EditState.Committed,
        }))];
    }
}
