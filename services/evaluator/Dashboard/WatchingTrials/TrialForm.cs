using MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Dashboard.WatchingTrials;

/// <summary>What somebody is about to try a challenger with. It begins careful: few users, and limits that end it by themselves.</summary>
internal sealed class TrialForm
{
    public int CanaryPercent { get; set; } = 10;

    public int ShadowPercent { get; set; } = 25;

    public int LeastRequests { get; set; } = 50;

    /// <summary>Of 100 requests.</summary>
    public double MostErrors { get; set; } = 5;

    /// <summary>By the champion's mean time.</summary>
    public double MostSlowdown { get; set; } = 2;

    /// <summary>Of 100 compared answers; 0: off.</summary>
    public double LeastAgreement { get; set; }

    public string Reason { get; set; } = "";

    public TrafficLimits Limits() => new() { LeastRequests = LeastRequests, MostErrors = MostErrors, MostSlowdown = MostSlowdown, LeastAgreement = LeastAgreement };
}
