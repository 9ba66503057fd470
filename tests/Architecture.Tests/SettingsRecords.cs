using System.Globalization;
using System.Text.RegularExpressions;

namespace MindBridge.Architecture.Tests;

/// <summary>A configuration key that the sources read, and its value when nobody gives one; null where that is nothing, or not a constant.</summary>
internal sealed record SettingsKey(string Key, string? Default);

/// <summary>The configuration keys of all services, read from the records that are bound to configuration sections.</summary>
internal static partial class SettingsRecords
{
    /// <summary>By section the record bound to it. A section that a source reads and that is not here is a violation.</summary>
    private static readonly Dictionary<string, string> Bound = new(StringComparer.Ordinal)
    {
        ["Database"] = "DatabaseSettings",
        ["Bus"] = "BusSettings",
        ["Jobs"] = "JobSettings",
        ["Security"] = "SecuritySettings",
        ["Security:ApiKeys:N"] = "ApiKeySettings",
        ["Security:Jwt"] = "JwtSettings",
        ["Services"] = "ServiceAddresses",
        ["Artifacts"] = "ArtifactSettings",
        ["Artifacts:S3"] = "S3Settings",
        ["Encoder"] = "EncoderSettings",
        ["Encoder:Recipe"] = "EncoderTrainingSettings",
        ["Bridge"] = "BridgeSettings",
        ["Bridge:Recipe"] = "BridgeTrainingSettings",
        ["Inference"] = "InferenceSettings",
        ["Inference:Vllm:N"] = "VllmSettings",
        ["Evaluation"] = "EvaluationSettings",
        ["Dashboard"] = "DashboardSettings",
        ["Dashboard:Provider"] = "ProviderSettings",
    };

    // Read by ASP.NET Core itself.
    private static readonly string[] Endpoints = ["Kestrel:Endpoints:Rest:Url", "Kestrel:Endpoints:Rest:Protocols", "Kestrel:Endpoints:Grpc:Url", "Kestrel:Endpoints:Grpc:Protocols"];

    public static IReadOnlyList<SettingsKey> Of(Deployment deployment)
    {
        var bodies = deployment.Sources.SelectMany(source => Record().Matches(source.Text)).ToLookup(match => match.Groups["name"].Value, match => match.Groups["body"].Value, StringComparer.Ordinal);
        return
        [
            .. Endpoints.Select(key => new SettingsKey(key, null)),
            .. from section in Bound
               from body in bodies[section.Value].Take(1)
               from property in Property().Matches(body)
               let key = $"{section.Key}:{property.Groups["name"].Value}"
               where !Bound.Keys.Any(other => other == key || other.StartsWith(key + ":", StringComparison.Ordinal))
               select new SettingsKey(key, Default(property.Groups["type"].Value, property.Groups["value"].Value)),
        ];
    }

    /// <summary>Sections without a record and records without a property, which no other rule could see.</summary>
    public static IEnumerable<string> Violations(Deployment deployment)
    {
        var keys = Of(deployment);
        foreach (var (section, record) in Bound)
            if (!keys.Any(key => key.Key.StartsWith(section + ":", StringComparison.Ordinal))) yield return $"section {section}: no source holds a record {record} with settings";

        foreach (var (path, text) in deployment.Sources.Where(source => source.Path.StartsWith("services/", StringComparison.Ordinal) || source.Path.StartsWith("shared/platform/", StringComparison.Ordinal)))
            foreach (var section in Section().Matches(text).Select(match => match.Groups[1].Value).Where(section => !Bound.Keys.Any(bound => bound.Split(':').Contains(section))))
                yield return $"{path}: section {section} has no settings record here; add it to {nameof(SettingsRecords)} and to {Deployment.DocumentPath}";
    }

    private static string? Default(string type, string value)
    {
        if (value.Length == 0) return type switch { "int" or "long" or "double" => "0", "bool" => "false", _ => null };
        if (value is "\"\"" or "[]") return null;
        if (Span().Match(value) is { Success: true } span)
        {
            var amount = double.Parse(span.Groups[2].Value, CultureInfo.InvariantCulture);
            return span.Groups[1].Value switch { "Milliseconds" => TimeSpan.FromMilliseconds(amount), "Seconds" => TimeSpan.FromSeconds(amount), "Minutes" => TimeSpan.FromMinutes(amount), "Days" => TimeSpan.FromDays(amount), _ => TimeSpan.FromHours(amount) } is var time && time.Milliseconds == 0
                ? time.ToString("c", CultureInfo.InvariantCulture)
                : time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0');
        }

        if (value[0] == '"') return value.Trim('"');
        return double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : value.Split('.')[^1];
    }

    [GeneratedRegex(@"^public sealed record (?<name>\w+(Settings|Addresses))\s*\n\{(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Record();

    [GeneratedRegex(@"^    public (required )?(?<type>[\w.?<>]+) (?<name>\w+) \{ get; init; \}( = (?<value>.*);)?", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Property();

    [GeneratedRegex(@"GetSection\(""(\w+)""\)")]
    private static partial Regex Section();

    [GeneratedRegex(@"^TimeSpan\.From(\w+)\(([\d.]+)\)$")]
    private static partial Regex Span();
}
