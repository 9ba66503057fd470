using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace MindBridge.Platform.Databases;

/// <summary>One step of a schema, written by hand: an embedded <c>Migrations/NAME.sql</c>, or <c>NAME.postgres.sql</c> and <c>NAME.sqlite.sql</c> for what one of the two says in its own words or has no need of.</summary>
/// <param name="Name">Its file's name; migrations of an assembly are applied in the order of their names.</param>
/// <param name="Sql">What it does.</param>
internal sealed record Migration(string Name, string Sql)
{
    private const string Folder = "Migrations/";

    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    public static IEnumerable<Migration> Of(Assembly assembly, DatabaseKind kind) =>
        from resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
        where resource.StartsWith(Folder, StringComparison.Ordinal) && !resource.EndsWith(kind is DatabaseKind.Postgres ? ".sqlite.sql" : ".postgres.sql", StringComparison.Ordinal)
        select new Migration($"{assembly.GetName().Name}/{resource[Folder.Length..]}", Read(assembly, resource));

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
