using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Databases;

/// <summary>
/// Applies what a schema lacks, each migration in a transaction of its own. Processes that start together take turns: an advisory lock on Postgres,
/// the write lock of the file on SQLite.
/// </summary>
internal sealed class Migrations(PlatformContext context, DatabaseKind kind, string schema, TimeProvider time)
{
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            if (kind is DatabaseKind.Sqlite) await ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);
            else await ExecuteAsync($"SELECT pg_advisory_lock(hashtextextended('mindbridge migrations {schema}', 0))", cancellationToken);
            try
            {
                await ApplyInTurnAsync(cancellationToken);
            }
            finally
            {
                // The session ends the lock in any case; a pooled connection lives on, though.
                if (kind is DatabaseKind.Postgres) await ExecuteAsync($"SELECT pg_advisory_unlock(hashtextextended('mindbridge migrations {schema}', 0))", CancellationToken.None);
            }
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    private async Task ApplyInTurnAsync(CancellationToken cancellationToken)
    {
        if (kind is DatabaseKind.Postgres && !await SchemaExistsAsync(cancellationToken)) await ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS \"{schema}\"", cancellationToken);
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, hash text NOT NULL, applied_at text NOT NULL)", cancellationToken);
        foreach (var migration in Migration.Of(typeof(Migrations).Assembly, kind).Concat(Migration.Of(context.GetType().Assembly, kind)))
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var applied = await AppliedHashAsync(migration.Name, cancellationToken);
            if (applied is not null && applied != migration.Hash)
                throw new InvalidDataException($"migration {migration.Name} was applied to schema {schema} with other text; put the old text back and write a new migration");
            if (applied is not null) continue;
            await ExecuteAsync(migration.Sql, cancellationToken);
            var now = time.GetUtcNow().ToString("O");
            await context.Database.ExecuteSqlAsync($"INSERT INTO schema_migrations (name, hash, applied_at) VALUES ({migration.Name}, {migration.Hash}, {now})", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    // A role that owns its schema and nothing else may not even ask for one that is there.
    private async Task<bool> SchemaExistsAsync(CancellationToken cancellationToken) =>
        await context.Database.SqlQuery<bool>($"SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = {schema}) AS \"Value\"").SingleAsync(cancellationToken);

    private async Task<string?> AppliedHashAsync(string name, CancellationToken cancellationToken) =>
        await context.Database.SqlQuery<string>($"SELECT hash AS \"Value\" FROM schema_migrations WHERE name = {name}").SingleOrDefaultAsync(cancellationToken);

    // Not ExecuteSqlRaw: it would read the braces of a function's body as parameters.
    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using DbCommand command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.Transaction = context.Database.CurrentTransaction is { } current ? Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(current) : null;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
