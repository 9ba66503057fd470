using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Dashboard.SigningIn;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.Evaluator.WatchingQuality;
using MindBridge.Platform.Databases;

namespace MindBridge.Evaluator;

/// <summary>What was scored, and which bridge serves where.</summary>
public sealed class EvaluatorContext(DbContextOptions<EvaluatorContext> options) : PlatformContext(options)
{
    /// <summary>The schema's name.</summary>
    public const string Schema = "evaluator";

    internal DbSet<Evaluation> Evaluations => Set<Evaluation>();

    internal DbSet<ProbeOutcome> Outcomes => Set<ProbeOutcome>();

    internal DbSet<Deployment> Deployments => Set<Deployment>();

    internal DbSet<DeploymentChange> DeploymentChanges => Set<DeploymentChange>();

    internal DbSet<CookieKey> CookieKeys => Set<CookieKey>();

    internal DbSet<GateVersion> Gates => Set<GateVersion>();

    internal DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    internal DbSet<ToldKey> ToldKeys => Set<ToldKey>();

    internal DbSet<Alert> Alerts => Set<Alert>();

    internal DbSet<ProbeSet> ProbeSets => Set<ProbeSet>();

    internal DbSet<TrafficReport> TrafficReports => Set<TrafficReport>();

    internal DbSet<Webhook> Webhooks => Set<Webhook>();

    internal DbSet<Delivery> Deliveries => Set<Delivery>();

    internal DbSet<DeliveryAttempt> DeliveryAttempts => Set<DeliveryAttempt>();

    internal DbSet<Schedule> Schedules => Set<Schedule>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<Evaluation>().ToTable("evaluations");
        model.Entity<ProbeOutcome>(outcome =>
        {
            outcome.ToTable("probe_outcomes");
            outcome.HasKey(o => new { o.EvaluationId, o.Place });
        });
        model.Entity<Deployment>(deployment =>
        {
            deployment.ToTable("deployments");
            deployment.HasKey(d => new { d.MemoryId, d.LlmId });
        });
        model.Entity<CookieKey>(key =>
        {
            key.ToTable("cookie_keys");
            key.HasKey(k => k.Name);
        });
        model.Entity<DeploymentChange>(change =>
        {
            change.ToTable("deployment_changes");
            change.HasKey(c => new { c.MemoryId, c.LlmId, c.Sequence });
            change.Property(c => c.Cause).HasConversion<string>();
        });
        model.Entity<GateVersion>(gate =>
        {
            gate.ToTable("gates");
            gate.HasKey(g => new { g.MemoryId, g.Version });
        });
        model.Entity<AuditEntry>().ToTable("audit");
        model.Entity<ToldKey>(key =>
        {
            key.ToTable("told_keys");
            key.HasKey(k => new { k.Sha256, k.Name, k.Tenant, k.Role });
        });
        model.Entity<Alert>().ToTable("alerts");
        model.Entity<ProbeSet>(set =>
        {
            set.ToTable("probe_sets");
            set.HasKey(s => new { s.MemoryId, s.Name, s.Version });
        });
        model.Entity<TrafficReport>().ToTable("traffic_reports");
        model.Entity<Webhook>().ToTable("webhooks");
        model.Entity<Delivery>().ToTable("deliveries");
        model.Entity<DeliveryAttempt>().ToTable("delivery_attempts");
        model.Entity<Schedule>(schedule =>
        {
            schedule.ToTable("schedules");
            schedule.HasKey(s => s.MemoryId);
        });
    }
}
