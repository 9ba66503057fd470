namespace MindBridge.Platform.Databases;

/// <summary>Which database holds a service's data.</summary>
public enum DatabaseKind
{
    /// <summary>Postgres, one schema per service.</summary>
    Postgres,

    /// <summary>One SQLite file per service, for the embedded host.</summary>
    Sqlite,
}
