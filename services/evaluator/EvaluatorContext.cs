using Microsoft.EntityFrameworkCore;
using MindBridge.Evaluator.Dashboard.SigningIn;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.ScoringBridges;
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
    }
}
