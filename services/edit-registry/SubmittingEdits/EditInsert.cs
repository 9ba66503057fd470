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

    // Written without awaiting every field: a field goes into a buffer, and only a full buffer is sent.
    public static async Task CopyAsync(NpgsqlConnection postgres, IReadOnlyList<RecordedEdit> edits, CancellationToken cancellationToken)
    {
        await using var rows = await postgres.BeginBinaryImportAsync(Copy, cancellationToken);
        foreach (var edit in edits)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.StartRow();
            rows.Write(edit.Id, NpgsqlDbType.Uuid);
            rows.Write(edit.MemoryId, NpgsqlDbType.Uuid);
            rows.Write(edit.Sequence, NpgsqlDbType.Bigint);
            rows.Write(edit.ClientKey, NpgsqlDbType.Text);
            rows.Write(edit.FactId, NpgsqlDbType.Uuid);
            rows.Write(edit.Retraction, NpgsqlDbType.Boolean);
            rows.Write(edit.Subject, NpgsqlDbType.Text);
            Text(edit.Relation);
            rows.Write(edit.Object, NpgsqlDbType.Text);
            rows.Write(edit.Prompt, NpgsqlDbType.Text);
            Text(edit.OldObject);
            rows.Write(edit.Wordings, NpgsqlDbType.Text);
            rows.Write(edit.Paraphrases, NpgsqlDbType.Text);
            rows.Write(edit.Locality, NpgsqlDbType.Text);
            Text(edit.Source);
            rows.Write(edit.Author, NpgsqlDbType.Text);
            Text(edit.Reason);
            Text(edit.ExternalId);
            Moment(edit.ValidFrom);
            Moment(edit.ValidUntil);
            rows.Write(edit.ReceivedAt, NpgsqlDbType.TimestampTz);
        }

        await rows.CompleteAsync(cancellationToken);

        void Text(string? value)
        {
            if (value is null) rows.WriteNull();
            else rows.Write(value, NpgsqlDbType.Text);
        }

        void Moment(DateTimeOffset? value)
        {
            if (value is { } moment) rows.Write(moment, NpgsqlDbType.TimestampTz);
            else rows.WriteNull();
        }
    }
}
