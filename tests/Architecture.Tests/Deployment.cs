using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MindBridge.Architecture.Tests;

/// <summary>What decides how the platform is deployed, as text by path: compose and image files, the services' settings, the sources that read them, the document.</summary>
internal sealed partial record Deployment(IReadOnlyDictionary<string, string> Files)
{
    public const string ComposePath = "docker-compose.yml", GpuComposePath = "deploy/docker-compose.cuda.yml", ExamplePath = "deploy/compose.env.example", RolesPath = "deploy/docker/roles.sh",
        DocumentPath = "docs/configuration.md";

    private static readonly string[] Folders = ["deploy", "services", "shared", "cli"], Endings = [".cs", ".csproj", ".yml", ".Dockerfile", ".example", ".sh", "appsettings.json"];

    /// <summary>The folders below services/, which are the services' names.</summary>
    public IEnumerable<string> Services => Files.Keys.Where(path => path.StartsWith("services/", StringComparison.Ordinal)).Select(path => path.Split('/')[1]).Distinct(StringComparer.Ordinal);

    public IEnumerable<string> Dockerfiles => Files.Keys.Where(path => path.EndsWith(".Dockerfile", StringComparison.Ordinal));

    public IEnumerable<(string Path, string Text)> Sources => Files.Where(file => file.Key.EndsWith(".cs", StringComparison.Ordinal)).Select(file => (file.Key, file.Value));

    public string this[string path] => Files.GetValueOrDefault(path, "");

    public static Deployment Read(string root)
    {
        var files = from folder in Folders
                    from file in Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
                    let path = Path.GetRelativePath(root, file).Replace('\\', '/')
                    where Endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) && !path.Split('/').Any(part => part is "bin" or "obj")
                    select path;
        return new Deployment(files.Append(ComposePath).Append(DocumentPath).ToDictionary(path => path, path => File.ReadAllText(Path.Combine(root, path)), StringComparer.Ordinal));
    }

    /// <summary>The same with one file's text changed.</summary>
    public Deployment With(string path, string from, string to)
    {
        this[path].ShouldContain(from, customMessage: $"{path} must hold what is to be changed, or nothing is planted");
        return new Deployment(new Dictionary<string, string>(Files, StringComparer.Ordinal) { [path] = this[path].Replace(from, to, StringComparison.Ordinal) });
    }

    /// <summary>The services of a compose file, each with the text below its name.</summary>
    public IReadOnlyDictionary<string, string> Composed(string path) => ComposeService()
        .Matches(ComposeServices().Match(this[path]).Groups["text"].Value)
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["text"].Value, StringComparer.Ordinal);

    /// <summary>What a service's container is told by its environment, merged parts included: variable and value.</summary>
    public IEnumerable<(string Variable, string Value)> EnvironmentOf(string service)
    {
        var text = ServiceEnvironment().Match(Composed(ComposePath).GetValueOrDefault(service, "")).Groups["text"].Value;
        var merged = Merge().Match(text).Groups["names"].Value.Split([',', ' ', '*'], StringSplitOptions.RemoveEmptyEntries)
            .Select(name => Regex.Match(this[ComposePath], $@"^x-\w+: &{name}\n(?<text>(  .*\n)*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture).Groups["text"].Value);
        return Pair().Matches(string.Concat(merged) + text).Select(pair => (pair.Groups["variable"].Value, pair.Groups["value"].Value));
    }

    /// <summary>Which services read a setting, as the document says; null where it says nothing.</summary>
    public IReadOnlyList<string>? ReadersOf(string key)
    {
        if (Reader().Matches(this[DocumentPath]).FirstOrDefault(row => row.Groups["key"].Value == key)?.Groups["readers"].Value is not { } said) return null;
        if (said == "all") return [.. Services];
        if (said.StartsWith("all but ", StringComparison.Ordinal)) return [.. Services.Except(said["all but ".Length..].Split(", "), StringComparer.Ordinal)];
        return [.. said.Split(", ").SelectMany(reader => reader == "trainers" ? (string[])["encoder-trainer", "bridge-trainer"] : [reader])];
    }

    /// <summary>True of a service that reads the folders of LLMs and base models.</summary>
    public bool ReadsModels(string service) => Sources.Any(source => source.Path.StartsWith($"services/{service}/", StringComparison.Ordinal) && source.Text.Contains("ContentIdentity.Of(", StringComparison.Ordinal));

    /// <summary>The ports of a service's REST and gRPC as its appsettings.json has them.</summary>
    public (int Http, int Grpc) PortsOf(string service)
    {
        using var settings = JsonDocument.Parse(this[$"services/{service}/appsettings.json"]);
        var endpoints = settings.RootElement.GetProperty("Kestrel").GetProperty("Endpoints");
        return (new Uri(endpoints.GetProperty("Rest").GetProperty("Url").GetString()!).Port, new Uri(endpoints.GetProperty("Grpc").GetProperty("Url").GetString()!).Port);
    }

    /// <summary>Every value of a service's appsettings.json by its configuration key; logging is the framework's own.</summary>
    public IEnumerable<string> KeysOf(string service)
    {
        using var settings = JsonDocument.Parse(this[$"services/{service}/appsettings.json"]);
        return [.. Leaves(settings.RootElement, "").Where(key => !IsLogging(key))];
    }

    /// <summary>Logging is the framework's own.</summary>
    public static bool IsLogging(string key) => key.StartsWith("Logging:", StringComparison.Ordinal);

    /// <summary>The configuration key that a variable sets: Security__ApiKeys__0__Name is Security:ApiKeys:N:Name.</summary>
    public static string KeyOf(string variable) =>
        string.Join(':', variable.Split("__").Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out _) ? "N" : part));

    private static IEnumerable<string> Leaves(JsonElement element, string key) => element.ValueKind is JsonValueKind.Object
        ? element.EnumerateObject().SelectMany(property => Leaves(property.Value, key.Length == 0 ? property.Name : $"{key}:{property.Name}"))
        : element.ValueKind is JsonValueKind.Array
            ? element.EnumerateArray().SelectMany(item => Leaves(item, $"{key}:N"))
            : [key];

    [GeneratedRegex(@"^    environment:\n(?<text>((      .*)\n)*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ServiceEnvironment();

    [GeneratedRegex(@"<<: \[?(?<names>[*\w, ]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Merge();

    [GeneratedRegex(@"^ +(?<variable>\w+__\w+): (?<value>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();

    [GeneratedRegex(@"^\| `(?<key>[\w:]+)` \| `\w+` \| [^|]* \| (?<readers>[^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Reader();

    [GeneratedRegex(@"^services:\n(?<text>(( .*)?\n)*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ComposeServices();

    [GeneratedRegex(@"^  (?<name>[\w-]+):\n(?<text>((    .*)?\n)*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ComposeService();
}
