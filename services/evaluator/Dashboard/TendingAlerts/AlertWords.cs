namespace MindBridge.Evaluator.Dashboard.TendingAlerts;

/// <summary>Kinds of alerts as people call them.</summary>
internal static class AlertWords
{
    /// <summary>By the name that the evaluator gives them.</summary>
    public static IReadOnlyList<(string Kind, string Words)> All { get; } = [("held", "bridge held"), ("drift", "drift"), ("canary-stopped", "canary stopped"), ("gate-tightened", "champion fails a new gate")];

    public static string Of(string kind) => All.FirstOrDefault(a => a.Kind == kind).Words ?? kind;

    public static string Chip(string kind) => kind is "drift" or "canary-stopped" ? "bad" : "warn";
}
