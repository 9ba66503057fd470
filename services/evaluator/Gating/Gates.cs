using System.Text.Json;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.Evaluator.WatchingQuality;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Gating;

/// <summary>Gates of memories: what they are, what they were, and who sets them.</summary>
internal sealed class Gates(IDbContextFactory<EvaluatorContext> contexts, OwnedMemories memories, Alerts alerts, Canaries canaries, EvaluationSettings settings, TimeProvider time)
{
    private const int MostRules = 100;

    /// <summary>The gate that stands, and who set it; null for the one of the memory's settings.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    public async Task<(Gate Gate, GateVersion? Set)> GetAsync(Caller caller, Guid memory, CancellationToken cancellationToken)
    {
        var owned = await memories.FindAsync(caller, memory, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.LatestGateAsync(memory, cancellationToken) is { } set
            ? (set.Gate(), set)
            : (Gate.OfSettings(settings.Protocol, owned.Settings.LeastRel, owned.Settings.LeastGen, owned.Settings.LeastLoc, settings.MostDrop), null);
    }

    /// <summary>The latest first.</summary>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    public async Task<IReadOnlyList<GateVersion>> ListAsync(Caller caller, Guid memory, CancellationToken cancellationToken)
    {
        await memories.FindAsync(caller, memory, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Gates.AsNoTracking().Where(g => g.MemoryId == memory).OrderByDescending(g => g.Version).ToListAsync(cancellationToken);
    }

    /// <summary>Replaces the gate. What serves goes on serving; a champion that would fail now raises an alert, and the canary of a challenger that would ends.</summary>
    /// <param name="replaces">The version that the caller saw; -1 for any.</param>
    /// <exception cref="KeyNotFoundException">The caller has no such memory.</exception>
    /// <exception cref="ArgumentException">A rule is none.</exception>
    /// <exception cref="RefusedNowException">Somebody else set it in between.</exception>
    public async Task<GateVersion> SetAsync(Caller caller, Guid memory, IReadOnlyList<GateRule> rules, bool promoteByHand, string? reason, long replaces, CancellationToken cancellationToken)
    {
        Check(rules);
        var owned = await memories.FindAsync(caller, memory, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var before = await db.LatestGateAsync(memory, cancellationToken);
        if (replaces >= 0 && replaces != (before?.Version ?? 0))
            throw new RefusedNowException($"the gate of memory {memory} is at version {before?.Version ?? 0}, not {replaces}: {before?.SetBy ?? "nobody"} changed it; read it again, then set it");
        var set = new GateVersion
        {
            MemoryId = memory,
            Version = (before?.Version ?? 0) + 1,
            TenantId = owned.Tenant,
            Rules = JsonSerializer.Serialize(rules, JsonSerializerOptions.Web),
            PromoteByHand = promoteByHand,
            SetBy = caller.Name,
            Reason = string.IsNullOrWhiteSpace(reason) ? null : reason,
            SetAt = time.GetUtcNow(),
        };
        db.Gates.Add(set);
        db.Audit(owned.Tenant, caller.Name, "set gate", memory.ToString(), memory, before is null ? null : new { before.Version, Rules = before.Gate().Rules, before.PromoteByHand }, new { set.Version, Rules = rules, set.PromoteByHand }, reason, set.SetAt);
        await HoldAgainstAsync(db, set, cancellationToken);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e)
        {
            throw new RefusedNowException($"the gate of memory {memory} was set by somebody else at the same moment ({e.InnerException?.Message ?? e.Message}); read it again, then set it");
        }

        await transaction.CommitAsync(cancellationToken);
        return set;
    }

    private async Task HoldAgainstAsync(EvaluatorContext db, GateVersion set, CancellationToken cancellationToken)
    {
        var none = new Dictionary<string, Evaluation>(StringComparer.Ordinal);
        foreach (var llm in await db.Deployments.Where(d => d.MemoryId == set.MemoryId && d.Champion != null).OrderBy(d => d.LlmId).Select(d => d.LlmId).ToListAsync(cancellationToken))
        {
            // Locked, so that a canary begins before the gate is set, and is seen here, or under it.
            var deployment = (await db.FindLockedAsync(set.MemoryId, llm, cancellationToken))!;
            var champion = await db.GatingScoresAsync(deployment.Champion, set.MemoryId, llm, cancellationToken);
            var failed = WhyNot(set.Gate(), champion, none);
            if (failed.Count > 0)
                await alerts.RaiseAsync(db, set.TenantId, set.MemoryId, llm, deployment.Champion, null, AlertKind.GateTightened, $"the champion goes on serving, but fails version {set.Version} of the gate: {string.Join("; ", failed)}", cancellationToken);
            if (deployment is { CanaryPercent: > 0, Challenger: { } challenger })
                await canaries.StopOfFailedAsync(db, deployment, challenger, WhyNot(set.Gate(), await db.GatingScoresAsync(challenger, set.MemoryId, llm, cancellationToken), champion), cancellationToken);
        }
    }

    // Under a protocol that the gate names anew a bridge is scored presently, and judged then.
    private static IReadOnlyList<string> WhyNot(Gate gate, IReadOnlyDictionary<string, Evaluation> scores, IReadOnlyDictionary<string, Evaluation> champion) =>
        (gate with { Rules = [.. gate.Rules.Where(r => scores.ContainsKey(r.Protocol))] }).Judge(scores, champion).Reasons;

    private static void Check(IReadOnlyList<GateRule> rules)
    {
        if (rules.Count is 0 or > MostRules) throw new ArgumentException($"a gate has 1 to {MostRules} rules, not {rules.Count}; name at least a protocol, a figure and its least score");
        foreach (var (i, rule) in rules.Index())
        {
            var where = $"rule {i + 1}";
            ScoringProtocol.Checked($"{where}: protocol", rule.Protocol, forGate: true);
            if (Scores.Figures.All(f => f.Name != rule.Figure)) throw new ArgumentException($"{where}: figure is \"{rule.Figure}\"; give one of {string.Join(", ", Scores.Figures.Select(f => f.Name))}");
            if (!(rule.Least >= 0 && rule.Least <= 100)) throw new ArgumentException($"{where}: least is {rule.Least}; give 0 to 100 percent");
            if (rule.LeastProbes < 0) throw new ArgumentException($"{where}: least_probes is {rule.LeastProbes}; give 0 or more");
            if (!(rule.MostDrop >= 0 && rule.MostDrop <= 100)) throw new ArgumentException($"{where}: most_drop is {rule.MostDrop}; give 0 to 100 points");
        }

        if (rules.GroupBy(r => (r.Protocol, r.Figure)).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.Key.Figure} under {twice.Key.Protocol} has {twice.Count()} rules; give one");
    }
}
