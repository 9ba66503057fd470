using System.Xml.Linq;

namespace MindBridge.Architecture.Tests;

/// <summary>Who references whom, read from the project files below a folder. Names are folders relative to it, with '/'.</summary>
internal sealed record ProjectGraph(IReadOnlyDictionary<string, IReadOnlySet<string>> References)
{
    public static ProjectGraph Read(string root)
    {
        var references = new SortedDictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(root, "*.csproj", SearchOption.AllDirectories))
        {
            var folder = Path.GetDirectoryName(file)!;
            var project = XDocument.Load(file);
            var found = project.Descendants("ProjectReference")
                .Select(reference => Path.Combine(folder, reference.Attribute("Include")!.Value.Replace('\\', '/')))
                .Select(path => Name(root, Path.GetDirectoryName(Path.GetFullPath(path))!))
                .ToHashSet(StringComparer.Ordinal);
            // Directory.Build.targets turns these properties into references to the suppliers.
            if (Says(project, "UsesTorch")) found.Add("shared/torch");
            if (Says(project, "UsesTokenizers")) found.Add("shared/tokenizers/bundled");
            if (Says(project, "UsesGrpc")) found.Add("shared/grpc");
            references[Name(root, folder)] = found;
        }

        return new ProjectGraph(references);
    }

    private static bool Says(XDocument project, string property) =>
        project.Descendants(property).Any(element => element.Value.Trim() == "true");

    private static string Name(string root, string folder) => Path.GetRelativePath(root, folder).Replace('\\', '/');
}
