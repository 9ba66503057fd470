using Microsoft.EntityFrameworkCore;

namespace MindBridge.EditRegistry.ReadingEdits;

/// <summary>Says that an entry does not stand, and is never changed.</summary>
internal sealed class EditEnding
{
    public required Guid MemoryId { get; init; }

    public required long Sequence { get; init; }

    /// <summary>True where it was taken back, or takes back; false where another edit replaced it.</summary>
    public required bool Retracted { get; init; }

    /// <summary>
    /// Writes down what a memory's entries ended, themselves included: a retraction stands for nothing. It goes on where it was left, and cheaply finds nothing to do; who does it twice at
    /// once writes the same.
    /// </summary>
    /// <param name="db">Without a transaction.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="last">Up to this sequence, which everybody sees.</param>
    /// <param name="cancellationToken">Stops it; nothing is half done.</param>
    public static async Task RecordAsync(RegistryContext db, Guid memory, long last, CancellationToken cancellationToken)
    {
        var known = await db.Database.SqlQuery<long>($"SELECT through AS \"Value\" FROM edit_endings_known WHERE memory_id = {memory}").SingleOrDefaultAsync(cancellationToken);
        if (known >= last) return;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO edit_endings (memory_id, sequence, retracted)
            SELECT memory_id, sequence, TRUE FROM edits WHERE memory_id = {memory} AND sequence > {known} AND sequence <= {last} AND retraction
            UNION ALL
            SELECT memory_id, ended, retraction FROM
                (SELECT later.memory_id, later.retraction,
                    (SELECT max(sequence) FROM edits WHERE memory_id = {memory} AND fact_id = later.fact_id AND sequence < later.sequence) AS ended
                FROM edits AS later WHERE memory_id = {memory} AND sequence > {known} AND sequence <= {last}) AS found
            WHERE ended IS NOT NULL
            ON CONFLICT DO NOTHING
            """,
            cancellationToken);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO edit_endings_known (memory_id, through) VALUES ({memory}, {last})
            ON CONFLICT (memory_id) DO UPDATE SET through = excluded.through WHERE edit_endings_known.through < excluded.through
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
