using Microsoft.EntityFrameworkCore;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.Platform.Tracing;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>Appends to memories' histories: checked, once per client key, in order, durable when it returns.</summary>
internal sealed class EditLog(IDbContextFactory<RegistryContext> contexts, TimeProvider time)
{
    // While edits keep coming, a commit waits at most this many times the memory's pause.
    private const int LongestDebounce = 10;

    /// <summary>Submits the rows of one request, numbered from 1.</summary>
    public Task<Submission> SubmitAsync(Guid memory, string author, IReadOnlyList<NewEdit> edits, BatchRule rule, CancellationToken cancellationToken) =>
        SubmitAsync(memory, author, [.. edits.Select((edit, i) => new CheckedEdit(new NumberedEdit(i + 1, edit)))], rule, new SpokenFacts(), cancellationToken);

    /// <summary>Submits a part of a stream or file; <paramref name="spoken"/> goes from part to part.</summary>
    public async Task<Submission> SubmitAsync(Guid memory, string author, IReadOnlyList<CheckedEdit> edits, BatchRule rule, SpokenFacts spoken, CancellationToken cancellationToken)
    {
        var (good, problems) = (new List<CheckedEdit>(edits.Count), new List<EditProblem>());
        foreach (var edit in edits)
        {
            if (edit.Problem is { } problem) problems.Add(problem);
            else good.Add(edit);
        }

        var conflicts = new List<EditConflict>();
        var refused = good.Count == 0 || (rule is BatchRule.AllOrNothing && problems.Count > 0);
        var submission = new Submission(refused ? [] : await AppendAsync(memory, author, good, conflicts, spoken, cancellationToken), problems, conflicts);
        EditCounts.Count(submission);
        return submission;
    }

    /// <summary>What was recorded under a client key; null when nothing was.</summary>
    public async Task<SubmittedEdit?> FindAsync(Guid memory, string clientKey, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Edits.Where(e => e.MemoryId == memory && e.ClientKey == clientKey).Select(e => new SubmittedEdit(1, e.Id, e.Sequence, true)).SingleOrDefaultAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<SubmittedEdit>> AppendAsync(Guid id, string author, List<CheckedEdit> edits, List<EditConflict> conflicts, SpokenFacts spoken, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var memory = await db.LockAsync(id, cancellationToken);
        var known = await KnownAsync(db, id, edits, cancellationToken);
        var now = time.GetUtcNow();
        var hash = new HistoryHash(memory.HistoryHash);
        var (fresh, submitted) = (new List<RecordedEdit>(edits.Count), new List<SubmittedEdit>(edits.Count));
        foreach (var edit in edits)
        {
            var (row, key) = (edit.Row, edit.Edit.ClientKey ?? $"registry/{Guid.CreateVersion7(now):N}");
            if (known.TryGetValue(key, out var earlier))
            {
                submitted.Add(new SubmittedEdit(row, earlier.Id, earlier.Sequence, Repeated: true));
                continue;
            }

            var recorded = Record(edit, key, memory, memory.LastSequence + fresh.Count + 1, author, now);
            fresh.Add(recorded);
            hash.Add(edit.Digest);
            known.Add(key, (recorded.Id, recorded.Sequence));
            if (spoken.Speak(recorded.FactId, row, recorded.Object) is { } conflict) conflicts.Add(conflict);
            submitted.Add(new SubmittedEdit(row, recorded.Id, recorded.Sequence, Repeated: false));
        }

        if (fresh.Count == 0) return submitted;
        await EditInsert.WriteAsync(db, fresh, cancellationToken);
        memory.LastSequence += fresh.Count;
        memory.HistoryHash = hash.Value;
        Schedule(memory, now);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return submitted;
    }

    // The memory is locked, so no other writer can add one of these keys before this transaction ends.
    private static async Task<Dictionary<string, (Guid Id, long Sequence)>> KnownAsync(RegistryContext db, Guid memory, List<CheckedEdit> edits, CancellationToken cancellationToken)
    {
        var keys = edits.Where(e => e.Edit.ClientKey is not null).Select(e => e.Edit.ClientKey!).ToArray();
        if (keys.Length == 0) return new(StringComparer.Ordinal);
        var found = await db.Edits.AsNoTracking().Where(e => e.MemoryId == memory && keys.Contains(e.ClientKey)).Select(e => new { e.ClientKey, e.Id, e.Sequence }).ToListAsync(cancellationToken);
        return found.ToDictionary(e => e.ClientKey, e => (e.Id, e.Sequence), StringComparer.Ordinal);
    }

    private static RecordedEdit Record(CheckedEdit known, string key, MemoryRecord memory, long sequence, string author, DateTimeOffset now)
    {
        var edit = known.Edit;
        return new RecordedEdit
        {
            Id = Guid.CreateVersion7(now),
            MemoryId = memory.Id,
            Sequence = sequence,
            ClientKey = key,
            FactId = known.FactId,
            Retraction = edit.Retraction,
            Subject = edit.Subject!,
            Relation = known.Relation,
            Object = edit.Object!,
            Prompt = edit.Prompt!,
            OldObject = edit.OldObject,
            Wordings = known.Wordings,
            Paraphrases = known.Paraphrases,
            Locality = known.Locality,
            Source = edit.Source,
            Author = author,
            Reason = edit.Reason,
            ExternalId = edit.ExternalId,
            ValidFrom = edit.ValidFrom?.ToUniversalTime(),
            ValidUntil = edit.ValidUntil?.ToUniversalTime(),
            ReceivedAt = now,
        };
    }

    private static void Schedule(MemoryRecord memory, DateTimeOffset now)
    {
        if (memory.PendingSince is null) (memory.PendingSince, memory.PendingTrace) = (now, TraceContext.Current.Parent);
        var pause = TimeSpan.FromSeconds(memory.CommitAfterSeconds);
        var (quiet, latest) = (now + pause, memory.PendingSince.Value + LongestDebounce * pause);
        memory.CommitDueAt = memory.Pending >= memory.CommitAfterCount ? now : quiet < latest ? quiet : latest;
    }
}
