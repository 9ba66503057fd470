using Npgsql;

namespace MindBridge.Platform.Databases;

/// <summary>Where a service's data lies; the configuration section <c>Database</c>.</summary>
public sealed record DatabaseSettings
{
    /// <summary>Postgres or SQLite.</summary>
    public DatabaseKind Kind { get; init; } = DatabaseKind.Postgres;

    /// <summary>How to reach Postgres; its search path is the service's schema, whatever stands here.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The folder of the SQLite files.</summary>
    public string? Folder { get; init; }

    // A COPY of thousands of rows in packets of 8 KiB, Npgsql's own size, is mostly system calls.
    private const int WriteBuffer = 1 << 16;

    /// <exception cref="ArgumentException">A setting is missing; the message names it.</exception>
    internal string ConnectionStringFor(string schema)
    {
        if (Kind is DatabaseKind.Sqlite)
        {
            if (string.IsNullOrWhiteSpace(Folder)) throw new ArgumentException("Database:Folder is empty; name the folder in which the SQLite files shall lie");
            Directory.CreateDirectory(Folder);
            return $"Data Source={Path.Combine(Folder, $"{schema}.db")};Default Timeout=30";
        }

        if (string.IsNullOrWhiteSpace(ConnectionString)) throw new ArgumentException("Database:ConnectionString is empty; give Postgres' address, for example Host=localhost;Database=mindbridge;Username=mindbridge");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { SearchPath = schema, WriteBufferSize = WriteBuffer }.ConnectionString;
    }
}
