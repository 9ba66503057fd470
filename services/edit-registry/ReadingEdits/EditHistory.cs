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
/// <param name="Edits">In the order that was asked for.</param>
/// <param name="Next">The sequence at which this page ended; 0 where nothing follows.</param>
internal sealed record EditPage(IReadOnlyList<EditInState> Edits, long Next);

/// <summary>What a search looks for.</summary>
/// <param name="Text">Subject, object or prompt contain it, regardless of case; null or empty for every entry.</param>
/// <param name="History">Superseded and retracted entries too.</param>
/// <param name="States">Only entries in these states, whatever <paramref name="History"/> says; empty for all.</param>
/// <param name="NewestFirst">The latest entries first.</param>
/// <param name="After">Where the page before ended; 0 for the first page.</param>
/// <param name="Limit">At most so many; 0 for 100.</param>
internal sealed record EditSearch(string? Text, bool History, IReadOnlyCollection<EditState> States, bool NewestFirst, long After, int Limit);

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

    /// <summary>A page of the entries that are looked for.</summary>
    public async Task<EditPage> SearchAsync(Guid memory, EditSearch search, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(search.Limit == 0 ? 100 : search.Limit, 1, MostRows);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = db.Edits.AsNoTracking().Where(e => e.MemoryId == memory);
        if (search.After > 0) found = search.NewestFirst ? found.Where(e => e.Sequence < search.After) : found.Where(e => e.Sequence > search.After);
        if (!string.IsNullOrWhiteSpace(search.Text))
        {
            var wanted = search.Text.Trim().ToLowerInvariant();
            found = found.Where(e => e.Subject.ToLower().Contains(wanted) || e.Object.ToLower().Contains(wanted) || e.Prompt.ToLower().Contains(wanted));
        }

        if (search.States.Count > 0) found = await OfStatesAsync(db, memory, found, search.States, cancellationToken);
        else if (!search.History) found = found.Where(e => !e.Retraction && !db.Edits.Any(later => later.MemoryId == memory && later.FactId == e.FactId && later.Sequence > e.Sequence));
        var edits = await InStateAsync(db, memory, (search.NewestFirst ? found.OrderByDescending(e => e.Sequence) : found.OrderBy(e => e.Sequence)).Take(limit + 1), cancellationToken);
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

    // Each state's entries are what InStateAsync would call so.
    private static async Task<IQueryable<RecordedEdit>> OfStatesAsync(RegistryContext db, Guid memory, IQueryable<RecordedEdit> edits, IReadOnlyCollection<EditState> states, CancellationToken cancellationToken)
    {
        var committed = await db.Memories.Where(m => m.Id == memory).Select(m => m.CommittedSequence).SingleAsync(cancellationToken);
        var (pending, standing, superseded, retracted) = (states.Contains(EditState.Pending), states.Contains(EditState.Committed), states.Contains(EditState.Superseded), states.Contains(EditState.Retracted));
        return from edit in edits
               let next = db.Edits.Where(later => later.MemoryId == memory && later.FactId == edit.FactId && later.Sequence > edit.Sequence).OrderBy(later => later.Sequence).Select(later => (bool?)later.Retraction).FirstOrDefault()
               where (pending && !edit.Retraction && next == null && edit.Sequence > committed)
                   || (standing && !edit.Retraction && next == null && edit.Sequence <= committed)
                   || (superseded && !edit.Retraction && next == false)
                   || (retracted && (edit.Retraction || next == true))
               select edit;
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
