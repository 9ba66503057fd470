using System.Globalization;
using System.Text.RegularExpressions;

namespace MindBridge.Architecture.Tests;

/// <summary>Rules by which containers, settings, roles and the document agree with the sources and with one another.</summary>
internal static partial class DeploymentRules
{
    public static IEnumerable<string> Violations(Deployment deployment) =>
    [
        .. deployment.Services.SelectMany(service => OfService(deployment, service)),
        .. OfGpus(deployment),
        .. OfVariables(deployment),
        .. OfValues(deployment),
        .. OfImages(deployment),
        .. OfRoles(deployment),
        .. OfPrivileges(deployment),
        .. SettingsRecords.Violations(deployment),
        .. OfDocument(deployment),
    ];

    private static IEnumerable<string> OfService(Deployment deployment, string service)
    {
        if (!deployment.Composed(Deployment.ComposePath).TryGetValue(service, out var container))
        {
            yield return $"{service}: {Deployment.ComposePath} has no such service";
            yield break;
        }

        var (rest, grpc) = deployment.PortsOf(service);
        var (name, project) = (Argument(container, "SERVICE"), Argument(container, "PROJECT"));
        if (name != service) yield return $"{service}: SERVICE is {name}";
        if (!deployment.Files.TryGetValue($"services/{service}/{project}.csproj", out var built)) yield return $"{service}: PROJECT is {project}, and services/{service} holds no such project";
        if (Argument(container, "PORT") != Text(rest)) yield return $"{service}: PORT is {Argument(container, "PORT")}, and appsettings.json has REST at {rest}";

        var dockerfile = Dockerfile().Match(container).Groups[1].Value;
        if (!deployment.Files.ContainsKey(dockerfile)) yield return $"{service}: {dockerfile} is no file";
        else if (built is not null && built.Contains("<UsesTorch>true<", StringComparison.Ordinal) != dockerfile.Contains("/torch-", StringComparison.Ordinal))
            yield return $"{service}: {dockerfile} {(dockerfile.Contains("/torch-", StringComparison.Ordinal) ? "brings a torch that the project does not use" : "brings no torch, which the project uses")}";

        foreach (var (endpoint, port) in new[] { ("Rest", rest), ("Grpc", grpc) })
        {
            if (!container.Contains($" Kestrel__Endpoints__{endpoint}__Url: http://0.0.0.0:{port}\n", StringComparison.Ordinal)) yield return $"{service}: Kestrel__Endpoints__{endpoint}__Url does not open port {port} to the other containers";
            if (!Published().IsMatch(container) || !Published().Matches(container).Any(match => match.Groups[1].Value == Text(port) && match.Groups[2].Value == Text(port))) yield return $"{service}: port {port} is not published";
        }

        if (deployment.ReadsModels(service) && !Models().IsMatch(container)) yield return $"{service}: reads the folders of models, and /models is not mounted, or not read-only";

        var key = string.Concat(service.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));
        if (!deployment[Deployment.ComposePath].Contains($" Services__{key}: http://{service}:{grpc}\n", StringComparison.Ordinal)) yield return $"{service}: Services__{key} is not http://{service}:{grpc}";
        if (SettingsRecords.Of(deployment).FirstOrDefault(setting => setting.Key == $"Services:{key}")?.Default is var address && address != $"http://127.0.0.1:{grpc}")
            yield return $"{service}: Services:{key} is {address ?? "nothing"} by default, and appsettings.json has gRPC at {grpc}";
        var names = deployment["cli/Platform/ServiceNames.cs"];
        if (!names.Contains($"\"{service}\"", StringComparison.Ordinal) || !names.Contains(Text(rest), StringComparison.Ordinal)) yield return $"{service}: the command line does not know the service, or not its port {rest}";
    }

    private static IEnumerable<string> OfGpus(Deployment deployment)
    {
        foreach (var (service, container) in deployment.Composed(Deployment.GpuComposePath))
        {
            if (!deployment.Services.Contains(service)) yield return $"{Deployment.GpuComposePath}: {service} is no service";
            var dockerfile = Dockerfile().Match(container).Groups[1].Value;
            if (!deployment.Files.TryGetValue(dockerfile, out var image)) yield return $"{Deployment.GpuComposePath}: {service}'s {dockerfile} is no file";
            // A GPU is reserved for who can be told to use it.
            var sections = deployment.KeysOf(service).Where(key => key.EndsWith(":Device", StringComparison.Ordinal)).Select(key => key.Replace(":", "__", StringComparison.Ordinal)).ToList();
            if (!sections.Any(variable => image?.Contains($" {variable}=cuda", StringComparison.Ordinal) is true)) yield return $"{Deployment.GpuComposePath}: {service} has a GPU, and nothing tells it to use one";
        }
    }

    private static IEnumerable<string> OfVariables(Deployment deployment)
    {
        var known = SettingsRecords.Of(deployment).Select(setting => setting.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var path in deployment.Dockerfiles.Append(Deployment.ComposePath).Append(Deployment.GpuComposePath))
            foreach (var variable in Variable().Matches(deployment[path]).Select(match => match.Groups[1].Value).Distinct(StringComparer.Ordinal))
                if (!known.Contains(Deployment.KeyOf(variable)) && !Deployment.IsLogging(Deployment.KeyOf(variable))) yield return $"{path}: {variable} is no setting";

        foreach (var service in deployment.Services)
            foreach (var key in deployment.KeysOf(service))
                if (!known.Contains(key)) yield return $"services/{service}/appsettings.json: {key} is no setting";
    }

    // What compose asks its user for.
    private static IEnumerable<string> OfValues(Deployment deployment)
    {
        var asked = Value().Matches(deployment[Deployment.ComposePath]).Select(match => (Name: match.Groups[1].Value, HasDefault: match.Groups[2].Value.StartsWith(":-", StringComparison.Ordinal))).Distinct().ToList();
        var given = Given().Matches(deployment[Deployment.ExamplePath]).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, _) in asked.Where(value => !value.HasDefault && !given.Contains(value.Name))) yield return $"{Deployment.ExamplePath}: {name} is missing, and {Deployment.ComposePath} needs it";
        foreach (var name in given.Where(name => asked.TrueForAll(value => value.Name != name))) yield return $"{Deployment.ExamplePath}: nothing asks for {name}";
    }

    private static IEnumerable<string> OfImages(Deployment deployment)
    {
        foreach (var image in Image().Matches(deployment[Deployment.ComposePath]).Select(match => match.Groups["image"].Value).Where(image => !Pinned().IsMatch(image)))
            yield return $"{Deployment.ComposePath}: image {image} is not pinned";

        foreach (var path in deployment.Dockerfiles)
        {
            var stages = new HashSet<string>(StringComparer.Ordinal);
            foreach (Match from in From().Matches(deployment[path]))
            {
                var image = from.Groups["image"].Value;
                if (!stages.Contains(image) && !Pinned().IsMatch(image)) yield return $"{path}: base image {image} is not pinned";
                stages.Add(from.Groups["stage"].Value);
            }

            // Only the last stage runs.
            var last = deployment[path][From().Matches(deployment[path]).Select(match => match.Index).DefaultIfEmpty().Last()..];
            if (User().Matches(last).LastOrDefault()?.Groups["user"].Value is null or "root" or "0") yield return $"{path}: the container runs as root";
            if (!HealthCheck().IsMatch(last)) yield return $"{path}: there is no HEALTHCHECK";
            if (!StopSignal().IsMatch(last)) yield return $"{path}: there is no STOPSIGNAL";
        }
    }

    // A role that no service uses is a way in that nobody watches.
    private static IEnumerable<string> OfRoles(Deployment deployment)
    {
        var made = RoleList().Match(deployment[Deployment.RolesPath]).Groups["roles"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var used = new List<string>();
        foreach (var (service, container) in deployment.Composed(Deployment.ComposePath).Where(container => deployment.Services.Contains(container.Key)))
        {
            var (role, schema) = (UserName().Match(container), deployment.Sources.Where(source => source.Path.StartsWith($"services/{service}/", StringComparison.Ordinal)).Select(source => Schema().Match(source.Text)).FirstOrDefault(match => match.Success));
            if (role.Success != schema is not null) yield return $"{service}: {(role.Success ? "has a connection string and no schema" : "has a schema and no connection string")}";
            if (!role.Success) continue;
            used.Add(role.Groups[1].Value);
            if (schema is not null && schema.Groups[1].Value != used[^1]) yield return $"{service}: its role is {used[^1]}, its schema {schema.Groups[1].Value}, and roles.sh gives them one name";
        }

        foreach (var role in used.Except(made, StringComparer.Ordinal)) yield return $"{Deployment.RolesPath}: role {role} is not made";
        foreach (var role in made.Except(used, StringComparer.Ordinal)) yield return $"{Deployment.RolesPath}: nobody uses role {role}";
    }

    // What a container does not know, nobody takes from it.
    private static IEnumerable<string> OfPrivileges(Deployment deployment)
    {
        var passwords = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in deployment.Services.Order(StringComparer.Ordinal))
        {
            foreach (var (variable, value) in deployment.EnvironmentOf(service))
            {
                if (deployment.ReadersOf(Deployment.KeyOf(variable)) is { } readers && !readers.Contains(service, StringComparer.Ordinal)) yield return $"{service}: is told {variable}, which it does not read";
                if (Password().Match(value) is { Success: true } password && !passwords.TryAdd(password.Value, service)) yield return $"{service}: its database password is {passwords[password.Value]}'s, too";
            }
        }
    }

    private static IEnumerable<string> OfDocument(Deployment deployment)
    {
        var document = deployment[Deployment.DocumentPath];
        var rows = Row().Matches(document).Select(match => match.Groups).ToLookup(row => row["key"].Value, StringComparer.Ordinal);
        var settings = SettingsRecords.Of(deployment);
        foreach (var (key, usual) in settings)
        {
            if (rows[key].FirstOrDefault() is not { } row) yield return $"{Deployment.DocumentPath}: {key} has no row";
            else if (row["variable"].Value != key.Replace(":", "__", StringComparison.Ordinal)) yield return $"{Deployment.DocumentPath}: {key} has the variable {row["variable"].Value}";
            else if (usual is not null && !row["default"].Value.Contains($"`{usual}`", StringComparison.Ordinal)) yield return $"{Deployment.DocumentPath}: {key} is {usual} by default, not {row["default"].Value}";
        }

        foreach (var key in rows.Select(row => row.Key).Where(key => key.Contains(':', StringComparison.Ordinal)).Except(settings.Select(setting => setting.Key), StringComparer.Ordinal)) yield return $"{Deployment.DocumentPath}: {key} is no setting";

        var plain = Value().Matches(deployment[Deployment.ComposePath]).Concat(deployment.Sources.SelectMany(source => PlainVariable().Matches(source.Text))).Select(match => match.Groups[1].Value);
        foreach (var variable in plain.Distinct(StringComparer.Ordinal).Where(variable => !document.Contains($"`{variable}`", StringComparison.Ordinal))) yield return $"{Deployment.DocumentPath}: {variable} is not named";
    }

    private static string Argument(string container, string name) => Regex.Match(container, $@"\b{name}: ""?([\w.-]+)").Groups[1].Value;

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"dockerfile: ([\w./-]+)")]
    private static partial Regex Dockerfile();

    [GeneratedRegex(@"""(?:[\d.]+:)?(\d+):(\d+)""")]
    private static partial Regex Published();

    [GeneratedRegex(@"^    volumes: .*:/models:ro""", RegexOptions.Multiline)]
    private static partial Regex Models();

    [GeneratedRegex(@"\b([A-Z][A-Za-z0-9]*(?:__[A-Za-z0-9]+)+)(?::|=)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$\{(\w+)(:?[-?][^}]*)?\}")]
    private static partial Regex Value();

    [GeneratedRegex(@"^(?<name>\w+)=", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Given();

    [GeneratedRegex(@"^ +image: (?<image>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Image();

    [GeneratedRegex(@"^[\w./-]+(?::(?!latest$)[\w.-]+|@sha256:[0-9a-f]{64})$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^FROM (?<image>\S+)( AS (?<stage>\S+))?", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex From();

    [GeneratedRegex(@"^USER (?<user>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex User();

    [GeneratedRegex(@"^HEALTHCHECK (?!NONE)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex HealthCheck();

    [GeneratedRegex("^STOPSIGNAL SIG[A-Z]+", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex StopSignal();

    [GeneratedRegex("^for service in (?<roles>[^;]*);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RoleList();

    [GeneratedRegex(@"Database__ConnectionString: .*\bUsername=(\w+)")]
    private static partial Regex UserName();

    [GeneratedRegex(@"(?<=\bPassword=)\S.*")]
    private static partial Regex Password();

    [GeneratedRegex(@"const string Schema = ""(\w+)""")]
    private static partial Regex Schema();

    [GeneratedRegex(@"^\| `(?<key>[\w:]+)` \| `(?<variable>\w+)` \| (?<default>[^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?:GetEnvironmentVariable\(|onfiguration\[)""(\w+)""")]
    private static partial Regex PlainVariable();
}
