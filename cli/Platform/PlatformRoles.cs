using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace MindBridge.Cli.Platform;

/// <summary>One role and one schema for each service with data in the platform's own Postgres: a service cannot read another's tables, by its own mistake or by an intruder's wish.</summary>
internal static class PlatformRoles
{
    /// <summary>Sees that they are there.</summary>
    /// <param name="superuser">How to reach Postgres as its superuser.</param>
    /// <param name="secret">What the roles' passwords are made from; it never changes for a platform.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>By service: how it reaches its schema.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> PrepareAsync(string superuser, string secret, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(superuser);
        var connections = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in ServiceNames.WithDatabase)
        {
            var (name, password) = (service.Replace('-', '_'), Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(service))));
            // Names and passwords of our own making, letters and digits only: there is nothing to escape, and DDL takes no parameters.
            await using var command = source.CreateCommand($"""
                DO $$ BEGIN
                    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name} LOGIN; END IF;
                END $$;
                ALTER ROLE {name} PASSWORD '{password}';
                CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION {name};
                """);
            await command.ExecuteNonQueryAsync(cancellationToken);
            connections[service] = new NpgsqlConnectionStringBuilder(superuser) { Username = name, Password = password }.ConnectionString;
        }

        return connections;
    }
}
