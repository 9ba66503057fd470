using System.Globalization;
using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.WatchingTrials;

/// <summary>Trials as people read them.</summary>
internal static class TrialWords
{
    /// <summary>What ends a canary by itself, a phrase each.</summary>
    public static IEnumerable<string> Of(TrafficLimits? limits)
    {
        if (limits is null) yield break;
        if (limits.MostErrors > 0) yield return $"more than {Plain(limits.MostErrors)} of 100 requests fail";
        if (limits.MostSlowdown > 0) yield return $"it takes more than {Plain(limits.MostSlowdown)} times as long as the champion";
        if (limits.LeastAgreement > 0) yield return $"fewer than {Plain(limits.LeastAgreement)} of 100 answers agree";
    }

    /// <summary>Of 100 requests, how many failed; nothing where there were none.</summary>
    public static string Errors(TrafficCounts? counts) => counts is { Requests: > 0 } ? Plain(100.0 * counts.Errors / counts.Requests) : "–";

    /// <summary>The mean time of a request in ms; nothing where there were none.</summary>
    public static string Mean(TrafficCounts? counts) => counts is { Requests: > 0 } ? (counts.Milliseconds / counts.Requests).ToString("0.0", CultureInfo.InvariantCulture) : "–";

    private static string Plain(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
