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
internal sealed record EditSearch(string? Text, bool History, IReadOnlyCollection<EditState> States, bool NewestFirst, long After, int Limit)
{
    /// <summary>Whether entries in this state are looked for.</summary>
    public bool Shows(EditState state) => States.Count > 0 ? States.Contains(state) : History || state is EditState.Pending or EditState.Committed;
}

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
        var (last, committed) = await db.Memories.Where(m => m.Id == memory).Select(m => new ValueTuple<long, long>(m.LastSequence, m.CommittedSequence)).SingleAsync(cancellationToken);
        await EditEnding.RecordAsync(db, memory, last, cancellationToken);
        // One more than is shown tells whether anything follows, and costs less than a count.
        var found = await Matches(db, memory, search, committed).Take(limit + 1).ToListAsync(cancellationToken);
        var sequences = found.Take(limit).ToList();
        var edits = await InStateAsync(db, memory, db.Edits.AsNoTracking().Where(e => e.MemoryId == memory && sequences.Contains(e.Sequence)), committed, cancellationToken);
        var sorted = search.NewestFirst ? edits.OrderByDescending(e => e.Edit.Sequence) : edits.OrderBy(e => e.Edit.Sequence);
        return new EditPage([.. sorted], found.Count > limit ? sequences[^1] : 0);
    }

    /// <summary>Everything that was ever said of a fact, oldest first.</summary>
    /// <exception cref="KeyNotFoundException">Nothing was.</exception>
    public async Task<IReadOnlyList<EditInState>> OfFactAsync(Guid memory, Guid fact, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var edits = await InStateAsync(db, memory, db.Edits.AsNoTracking().Where(e => e.MemoryId == memory && e.FactId == fact).OrderBy(e => e.Sequence), await CommittedAsync(db, memory, cancellationToken), cancellationToken);
        return edits.Count > 0 ? edits : throw new KeyNotFoundException($"the memory says nothing of fact {fact}; search its edits for fact ids");
    }

    /// <summary>One entry by its id.</summary>
    /// <exception cref="KeyNotFoundException">The memory has no such edit.</exception>
    public async Task<EditInState> FindAsync(Guid memory, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await InStateAsync(db, memory, db.Edits.AsNoTracking().Where(e => e.Id == id && e.MemoryId == memory), await CommittedAsync(db, memory, cancellationToken), cancellationToken);
        return found.Count == 1 ? found[0] : throw new KeyNotFoundException($"the memory has no edit {id}; search its edits for their ids");
    }

    /// <summary>The sequences of the entries that are looked for, in the order that was asked for. It reads narrow rows only, and stops where its page is full.</summary>
    internal static IQueryable<long> Matches(RegistryContext db, Guid memory, EditSearch search, long committed)
    {
        var (pending, standing) = (search.Shows(EditState.Pending), search.Shows(EditState.Committed));
        var texts = db.EditTexts.AsNoTracking().Where(t => t.MemoryId == memory);
        if (search.After > 0) texts = search.NewestFirst ? texts.Where(t => t.Sequence < search.After) : texts.Where(t => t.Sequence > search.After);
        if (!string.IsNullOrWhiteSpace(search.Text))
        {
            var wanted = EditText.Small(search.Text.Trim());
            texts = texts.Where(t => t.Text.Contains(wanted));
        }

        var (superseded, retracted) = (search.Shows(EditState.Superseded), search.Shows(EditState.Retracted));
        var ended = db.EditEndings.Where(end => end.MemoryId == memory && (end.Retracted ? retracted : superseded));
        IQueryable<long> found;
        if (!pending && !standing)
        {
            // Few entries end: from them to their texts, not the other way round.
            found = ended.Join(texts, end => end.Sequence, text => text.Sequence, (end, text) => text.Sequence);
        }
        else
        {
            var open = texts.Where(t => !db.EditEndings.Any(end => end.MemoryId == memory && end.Sequence == t.Sequence));
            if (!standing) open = open.Where(t => t.Sequence > committed);
            if (!pending) open = open.Where(t => t.Sequence <= committed);
            found = (superseded, retracted) switch
            {
                (true, true) when pending && standing => texts.Select(t => t.Sequence),
                (false, false) => open.Select(t => t.Sequence),
                _ => open.Select(t => t.Sequence).Concat(ended.Join(texts, end => end.Sequence, text => text.Sequence, (end, text) => text.Sequence)),
            };
        }

        return search.NewestFirst ? found.OrderByDescending(sequence => sequence) : found.OrderBy(sequence => sequence);
    }

    private static Task<long> CommittedAsync(RegistryContext db, Guid memory, CancellationToken cancellationToken) =>
        db.Memories.Where(m => m.Id == memory).Select(m => m.CommittedSequence).SingleAsync(cancellationToken);

    private static async Task<IReadOnlyList<EditInState>> InStateAsync(RegistryContext db, Guid memory, IQueryable<RecordedEdit> edits, long committed, CancellationToken cancellationToken)
    {
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
