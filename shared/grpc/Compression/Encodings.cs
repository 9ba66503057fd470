using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.Compression;

/// <summary>The compressions that one side understands.</summary>
internal sealed class Encodings
{
    public const string Identity = "identity";

    private readonly Dictionary<string, ICompressionProvider> _providers;

    public Encodings(IEnumerable<ICompressionProvider>? providers = null)
    {
        // What is built in can be replaced by name.
        ICompressionProvider[] builtIn = [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)];
        _providers = builtIn.ToDictionary(provider => provider.EncodingName, StringComparer.Ordinal);
        foreach (var provider in providers ?? []) _providers[provider.EncodingName] = provider;
        Names = string.Join(',', _providers.Keys.Prepend(Identity));
    }

    /// <summary>For <c>grpc-accept-encoding</c>.</summary>
    public string Names { get; }

    public ICompressionProvider? Find(string name) => _providers.GetValueOrDefault(name);

    /// <summary>Whether a <c>grpc-accept-encoding</c> header lists this name.</summary>
    public static bool Lists(string header, string name) =>
        header.Split(',', StringSplitOptions.TrimEntries).Contains(name, StringComparer.Ordinal);
}
