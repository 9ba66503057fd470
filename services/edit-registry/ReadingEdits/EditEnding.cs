using Microsoft.EntityFrameworkCore;

namespace MindBridge.EditRegistry.ReadingEdits;

/// <summary>Says that an entry does not stand. Written with the entry that ended it, and never changed.</summary>
internal sealed class EditEnding
{
    public required Guid MemoryId { get; init; }

    public required long Sequence { get; init; }

    /// <summary>True where it was taken back, or takes back; false where another edit replaced it.</summary>
    public required bool Retracted { get; init; }

    /// <summary>Writes down, in the current transaction, what a memory's entries behind a sequence ended, themselves included: a retraction stands for nothing.</summary>
    public static Task RecordAsync(RegistryContext db, Guid memory, long after, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO edit_endings (memory_id, sequence, retracted)
        SELECT memory_id, sequence, TRUE FROM edits WHERE memory_id = {memory} AND sequence > {after} AND retraction
        UNION ALL
        SELECT memory_id, ended, retraction FROM
            (SELECT later.memory_id, later.retraction,
                (SELECT max(sequence) FROM edits WHERE memory_id = {memory} AND fact_id = later.fact_id AND sequence < later.sequence) AS ended
            FROM edits AS later WHERE memory_id = {memory} AND sequence > {after}) AS found
        WHERE ended IS NOT NULL
        ON CONFLICT DO NOTHING
        """,
        cancellationToken);
}
