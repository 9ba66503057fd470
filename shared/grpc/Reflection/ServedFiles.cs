using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Grpc.Reflection;

/// <summary>What reflection knows, whichever version of its protocol asks.</summary>
internal sealed class ServedFiles(IEnumerable<string> services, SymbolRegistry symbols)
{
    public const string NotSupported = "Request type not supported by C# reflection service.";

    public IReadOnlyList<string> Services { get; } = [.. services];

    public static ServedFiles Of(IEnumerable<ServiceDescriptor> services)
    {
        var all = services.ToList();
        return new ServedFiles(all.Select(service => service.FullName), SymbolRegistry.FromFiles(all.Select(service => service.File).Distinct()));
    }

    /// <summary>A file and everything it imports, imports first; null if there is no such file.</summary>
    public IReadOnlyList<ByteString>? FileByName(string name) => WithImports(symbols.FileByName(name));

    /// <summary>The file that declares a symbol and everything it imports, imports first; null if there is no such symbol.</summary>
    public IReadOnlyList<ByteString>? FileOf(string symbol) => WithImports(symbols.FileContainingSymbol(symbol));

    public static (int Code, string Message) Missing(string what, string name) => ((int)StatusCode.NotFound, $"{what} \"{name}\" not found.");

    private static List<ByteString>? WithImports(FileDescriptor? file)
    {
        if (file is null) return null;
        var found = new List<FileDescriptor>();
        Collect(file, found);
        return [.. found.Select(each => each.SerializedData)];
    }

    private static void Collect(FileDescriptor file, List<FileDescriptor> found)
    {
        foreach (var import in file.Dependencies)
            if (!found.Contains(import)) Collect(import, found);
        if (!found.Contains(file)) found.Add(file);
    }
}
