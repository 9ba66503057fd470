namespace MindBridge.Architecture.Tests;

/// <summary>Who may depend on whom (ARCHITECTURE: contracts &lt;- platform &lt;- services; torch &lt;- models &lt;- memory &lt;- trainers and inference).</summary>
internal static class DependencyRules
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["shared/torch"] = [],
        ["shared/tokenizers/bundled"] = [],
        ["shared/tokenizers/huggingface"] = ["shared/tokenizers/bundled"],
        ["shared/models"] = ["shared/torch", "shared/tokenizers/bundled", "shared/tokenizers/huggingface"],
        ["shared/artifacts"] = [],
        ["shared/edits"] = [],
        ["shared/memory"] = ["shared/torch", "shared/tokenizers/bundled", "shared/tokenizers/huggingface", "shared/models", "shared/artifacts", "shared/edits"],
        ["shared/local-servers"] = [],
        // The generated gRPC clients and service bases need the Grpc.Core API, and nothing else of ours.
        ["shared/contracts"] = ["shared/grpc"],
        ["shared/grpc"] = [],
        ["shared/platform"] = ["shared/contracts", "shared/grpc"],
        ["services/edit-registry"] = ["shared/contracts", "shared/platform", "shared/grpc", "shared/edits"],
        ["services/evaluator"] = ["shared/contracts", "shared/platform", "shared/grpc", "shared/artifacts"],
    };

    private static readonly string[] Method = ["shared/artifacts", "shared/edits", "shared/memory", "shared/models", "shared/torch", "shared/tokenizers/bundled", "shared/tokenizers/huggingface"];

    public static IEnumerable<string> Violations(ProjectGraph graph) =>
        from project in graph.References
        from target in project.Value
        where !MayReference(project.Key, target)
        select $"{project.Key} must not reference {target}";

    private static bool MayReference(string project, string target)
    {
        if (target.StartsWith("tests/", StringComparison.Ordinal)) return project.StartsWith("tests/", StringComparison.Ordinal);
        if (project.StartsWith("tests/", StringComparison.Ordinal)) return true;
        if (project == "cli") return true;
        if (target == "cli") return false;
        if (Allowed.TryGetValue(project, out var allowed)) return allowed.Contains(target);
        if (!project.StartsWith("services/", StringComparison.Ordinal)) return false;
        // Services never reference one another; trainers and inference hold the method.
        return !target.StartsWith("services/", StringComparison.Ordinal)
            && (Method.Contains(target) || target is "shared/contracts" or "shared/platform" or "shared/grpc");
    }
}
