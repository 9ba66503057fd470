using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace MindBridge.Evaluator.Dashboard.ServingAssets;

/// <summary>A file of the dashboard that browsers load.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Plain">Its bytes.</param>
/// <param name="Zipped">The same, by gzip.</param>
/// <param name="Version">Changes with its content.</param>
internal sealed record Asset(string Type, byte[] Plain, byte[] Zipped, string Version);

/// <summary>Scripts, styles and icons, embedded in this assembly so that no host can lose them.</summary>
internal static class Embedded
{
    private const string Folder = "Dashboard/";

    private static readonly FrozenDictionary<string, Lazy<Asset>> All = typeof(Embedded).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Folder.Length..], name => new Lazy<Asset>(() => Read(name)), StringComparer.Ordinal);

    /// <summary>Null where there is none of that name.</summary>
    public static Asset? Find(string name) => All.TryGetValue(name, out var asset) ? asset.Value : null;

    /// <summary>Its address; another one whenever its content is another.</summary>
    public static string Url(string name) => Find(name) is { } asset ? $"/assets/{asset.Version}/{name}" : throw new ArgumentException($"there is no asset {name}");

    private static Asset Read(string resource)
    {
        using var stream = typeof(Embedded).Assembly.GetManifestResourceStream(resource)!;
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(plain.ToArray());
        var type = Path.GetExtension(resource) switch { ".js" => "text/javascript; charset=utf-8", ".css" => "text/css; charset=utf-8", ".svg" => "image/svg+xml", _ => "text/plain; charset=utf-8" };
        return new Asset(type, plain.ToArray(), zipped.ToArray(), Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()))[..12]);
    }
}
