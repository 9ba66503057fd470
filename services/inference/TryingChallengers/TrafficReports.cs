using MindBridge.Inference.FollowingPromotions;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.TryingChallengers;

/// <summary>Counts what champion and challenger did while one is tried, and tells the evaluator, which may end the trial. What could not be told is told again, and counts once.</summary>
internal sealed class TrafficReports(ServiceClients services, Deployments deployments) : IReconcile
{
    private readonly Lock gate = new();
    private readonly Dictionary<(Guid Memory, Guid Llm, string Champion, string Challenger), (string Tenant, Wire.ReportTrafficRequest Report)> open = [];
    private readonly List<(string Tenant, Wire.ReportTrafficRequest Report)> unsent = [];

    public string What => "reports of tried challengers";

    /// <summary>Counts an answer of the champion or the challenger; those of others say nothing of the trial.</summary>
    public void Count(Aliases aliases, Guid memory, Guid llm, string bridge, bool failed, TimeSpan took)
    {
        if (bridge != aliases.Champion && bridge != aliases.Challenger) return;
        lock (gate)
        {
            var report = ReportOf(aliases, memory, llm);
            var counts = bridge == aliases.Champion ? report.OfChampion : report.OfChallenger;
            counts.Requests++;
            if (failed) counts.Errors++;
            else counts.Milliseconds += took.TotalMilliseconds;
        }
    }

    /// <summary>Counts a prompt on which both spoke.</summary>
    public void Compare(Aliases aliases, Guid memory, Guid llm, bool agreed)
    {
        lock (gate)
        {
            var report = ReportOf(aliases, memory, llm);
            report.Compared++;
            if (agreed) report.Agreed++;
        }
    }

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        List<(string Tenant, Wire.ReportTrafficRequest Report)> due;
        lock (gate)
        {
            unsent.AddRange(open.Values);
            open.Clear();
            due = [.. unsent];
        }

        foreach (var report in due)
        {
            deployments.Know(await services.Evaluator(report.Tenant).ReportTrafficAsync(report.Report, cancellationToken: cancellationToken));
            lock (gate) unsent.Remove(report);
        }

        return due.Count;
    }

    private Wire.ReportTrafficRequest ReportOf(Aliases aliases, Guid memory, Guid llm)
    {
        var key = (memory, llm, aliases.Champion, aliases.Challenger);
        if (open.TryGetValue(key, out var there)) return there.Report;
        var report = new Wire.ReportTrafficRequest
        {
            Id = Guid.NewGuid().ToString(), MemoryId = memory.ToString(), LlmId = llm.ToString(), Champion = aliases.Champion, Challenger = aliases.Challenger,
            OfChampion = new Wire.TrafficCounts(), OfChallenger = new Wire.TrafficCounts(), Reporter = Environment.MachineName,
        };
        open[key] = (aliases.Tenant, report);
        return report;
    }
}
