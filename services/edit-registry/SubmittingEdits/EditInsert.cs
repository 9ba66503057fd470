using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>Writes entries in the current transaction: by COPY on Postgres, many times as fast as single inserts; through the context on SQLite.</summary>
internal static class EditInsert
{
    private const string Copy = """
        COPY edits (id, memory_id, sequence, client_key, fact_id, retraction, subject, relation, object, prompt, old_object, wordings, paraphrases, locality,
            source, author, reason, external_id, valid_from, valid_until, received_at) FROM STDIN (FORMAT BINARY)
        """;

    public static Task WriteAsync(RegistryContext db, IReadOnlyList<RecordedEdit> edits, CancellationToken cancellationToken)
    {
        if (db.Database.GetDbConnection() is NpgsqlConnection postgres) return CopyAsync(postgres, edits, cancellationToken);
        db.Edits.AddRange(edits);
        return db.SaveChangesAsync(cancellationToken);
    }

    public static async Task CopyAsync(NpgsqlConnection postgres, IReadOnlyList<RecordedEdit> edits, CancellationToken cancellationToken)
    {
        await using var rows = await postgres.BeginBinaryImportAsync(Copy, cancellationToken);
        foreach (var edit in edits)
        {
            await rows.StartRowAsync(cancellationToken);
            await rows.WriteAsync(edit.Id, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(edit.MemoryId, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(edit.Sequence, NpgsqlDbType.Bigint, cancellationToken);
            await rows.WriteAsync(edit.ClientKey, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(edit.FactId, NpgsqlDbType.Uuid, cancellationToken);
            await rows.WriteAsync(edit.Retraction, NpgsqlDbType.Boolean, cancellationToken);
            await rows.WriteAsync(edit.Subject, NpgsqlDbType.Text, cancellationToken);
            await TextAsync(edit.Relation);
            await rows.WriteAsync(edit.Object, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(edit.Prompt, NpgsqlDbType.Text, cancellationToken);
            await TextAsync(edit.OldObject);
            await rows.WriteAsync(edit.Wordings, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(edit.Paraphrases, NpgsqlDbType.Text, cancellationToken);
            await rows.WriteAsync(edit.Locality, NpgsqlDbType.Text, cancellationToken);
            await TextAsync(edit.Source);
            await rows.WriteAsync(edit.Author, NpgsqlDbType.Text, cancellationToken);
            await TextAsync(edit.Reason);
            await TextAsync(edit.ExternalId);
            await MomentAsync(edit.ValidFrom);
            await MomentAsync(edit.ValidUntil);
            await rows.WriteAsync(edit.ReceivedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        }

        await rows.CompleteAsync(cancellationToken);

        Task TextAsync(string? value) => value is null ? rows.WriteNullAsync(cancellationToken) : rows.WriteAsync(value, NpgsqlDbType.Text, cancellationToken);

        Task MomentAsync(DateTimeOffset? value) => value is { } moment ? rows.WriteAsync(moment, NpgsqlDbType.TimestampTz, cancellationToken) : rows.WriteNullAsync(cancellationToken);
    }
}
