using Google.Protobuf.Reflection;

namespace Grpc.Reflection;

/// <summary>Which file declares which symbol, over a set of files and all they import.</summary>
public class SymbolRegistry
{
    private readonly Dictionary<string, FileDescriptor> _filesByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _filesBySymbol = new(StringComparer.Ordinal);

    private SymbolRegistry()
    {
    }

    /// <summary>A registry of these files and all they import.</summary>
    public static SymbolRegistry FromFiles(IEnumerable<FileDescriptor> fileDescriptors)
    {
        var registry = new SymbolRegistry();
        foreach (var file in fileDescriptors) registry.Add(file);
        return registry;
    }

    /// <summary>The file of this name; null for none.</summary>
    public FileDescriptor? FileByName(string filename) => _filesByName.GetValueOrDefault(filename);

    /// <summary>The file that declares this service, method, message, field, enumeration or value; null for none.</summary>
    public FileDescriptor? FileContainingSymbol(string symbol) => _filesBySymbol.GetValueOrDefault(symbol);

    private void Add(FileDescriptor file)
    {
        if (!_filesByName.TryAdd(file.Name, file)) return;
        foreach (var import in file.Dependencies) Add(import);
        foreach (var type in file.EnumTypes) Add(type);
        foreach (var type in file.MessageTypes) Add(type);
        foreach (var service in file.Services)
        {
            Put(service);
            foreach (var method in service.Methods) Put(method);
        }
    }

    private void Add(MessageDescriptor type)
    {
        Put(type);
        foreach (var nested in type.EnumTypes) Add(nested);
        foreach (var nested in type.NestedTypes) Add(nested);
        foreach (var field in type.Fields.InDeclarationOrder()) Put(field);
        foreach (var choice in type.Oneofs) Put(choice);
    }

    private void Add(EnumDescriptor type)
    {
        Put(type);
        foreach (var value in type.Values) Put(value);
    }

    private void Put(IDescriptor symbol) => _filesBySymbol[symbol.FullName] = symbol.File;
}
