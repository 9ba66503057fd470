using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MindBridge.Platform.Databases;

/// <summary>The database of one service: a schema of Postgres, or a SQLite file.</summary>
/// <typeparam name="TContext">The service's context.</typeparam>
public sealed class Database<TContext> : IAsyncDisposable
    where TContext : PlatformContext
{
    private readonly string connectionString;

    public Database(DatabaseSettings settings, string schema)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (Kind, Schema, connectionString) = (settings.Kind, schema, settings.ConnectionStringFor(schema));
        if (Kind is DatabaseKind.Postgres) Postgres = NpgsqlDataSource.Create(connectionString);
    }

    /// <summary>Postgres or SQLite.</summary>
    public DatabaseKind Kind { get; }

    /// <summary>The service's schema, or its SQLite file's name.</summary>
    public string Schema { get; }

    /// <summary>Postgres' connections, for what EF Core has no words for (COPY, LISTEN); null on SQLite.</summary>
    public NpgsqlDataSource? Postgres { get; }

    /// <summary>Brings the schema up to date; several processes may call it at once.</summary>
    /// <exception cref="InvalidDataException">A migration that was applied has changed since.</exception>
    public Task MigrateAsync(TContext context, TimeProvider time, CancellationToken cancellationToken = default) =>
        new Migrations(context, Kind, Schema, time).ApplyAsync(cancellationToken);

    internal void Configure(DbContextOptionsBuilder options)
    {
        if (Postgres is { } source) options.UseNpgsql(source);
        else options.UseSqlite(connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (Postgres is not null) await Postgres.DisposeAsync();
    }
}
