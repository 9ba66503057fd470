using MindBridge.Contracts;
using MindBridge.Evaluator.AskingForEvaluations;
using MindBridge.Evaluator.Auditing;
using MindBridge.Evaluator.Dashboard.Hosting;
using MindBridge.Evaluator.Deploying;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.MappingFeatures;
using MindBridge.Evaluator.MeasuringAbility;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.ReadingEvaluations;
using MindBridge.Evaluator.Rpc;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Evaluator.SendingWebhooks;
using MindBridge.Evaluator.TrackingRetention;
using MindBridge.Evaluator.TryingChallengers;
using MindBridge.Evaluator.WatchingQuality;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Metrics;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Services;

namespace MindBridge.Evaluator.Hosting;

/// <summary>The evaluator as a module: in a process of its own, or beside the other services in one.</summary>
public static class EvaluatorModule
{
    private static readonly TimeSpan s_forgetting = TimeSpan.FromHours(1);

    // A look at a file's time and length.
    private static readonly TimeSpan s_keys = TimeSpan.FromSeconds(1);

    /// <summary>Adds the evaluator's capabilities as the sections <c>Evaluation</c>, <c>Database</c>, <c>Artifacts</c> and <c>Services</c> tell.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of bounds; the message names it.</exception>
    public static IServiceCollection AddEvaluator(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = (configuration.GetSection("Evaluation").Get<EvaluationSettings>() ?? new EvaluationSettings()).Checked();
        services.AddDatabase<EvaluatorContext>(configuration.GetSection("Database").Get<DatabaseSettings>() ?? new DatabaseSettings(), EvaluatorContext.Schema);
        services.AddArtifacts(configuration);
        services.AddServiceClients(configuration);
        services.AddSingleton(settings);
        services.Subscribe<BridgeTrained, BridgeNotice, EvaluatorContext>(BridgeNotice.Queue);
        services.Subscribe<ChangeMade, AuditNotice, EvaluatorContext>(AuditNotice.Queue);
        services.AddReconciling<NoticeBridges>(settings.Look);
        services.AddSingleton<ProbeSets>();
        services.AddSingleton<ScoredParts>();
        services.AddSingleton<PatientCalls>();
        services.AddSingleton<BridgeScoring>();
        services.AddSingleton<ResumableScoring>();
        services.AddSingleton<EvaluateWork>();
        services.AddHostedService<JobWorker<EvaluatorContext, EvaluateWork>>();
        services.AddSingleton<AbilityItems>();
        services.AddSingleton<AbilityRequests>();
        services.AddSingleton<AbilityReports>();
        services.AddSingleton<AbilityWork>();
        services.AddHostedService<JobWorker<EvaluatorContext, AbilityWork>>();
        services.AddSingleton<Judging>();
        services.AddSingleton<OwnedMemories>();
        services.AddSingleton<MemoryEdits>();
        services.AddSingleton<Deployments>();
        services.AddSingleton<IGauges, ChampionScores>();
        services.AddSingleton<Evaluations>();
        services.AddSingleton<Comparisons>();
        services.AddSingleton<RetentionCurves>();
        services.AddSingleton<FeatureMaps>();
        services.AddSingleton<Gates>();
        services.AddSingleton<AuditLog>();
        services.AddReconciling<TellKeys>(s_keys);
        services.AddSingleton<ProbeSetStore>();
        services.AddSingleton<ProbeGeneration>();
        services.AddSingleton<EvaluationRequests>();
        services.AddSingleton<Trials>();
        services.AddSingleton<Canaries>();
        services.AddReconciling<ForgetTraffic>(s_forgetting);
        services.AddSingleton<Alerts>();
        services.AddSingleton<IGauges, OpenAlerts>();
        services.AddSingleton<DriftWatch>();
        services.AddSingleton<Schedules>();
        services.AddReconciling<KeepSchedules>(settings.Look);
        services.AddSingleton<Webhooks>();
        services.AddSingleton<WebhookNotices>();
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<DeliverWork>();
        services.AddHostedService<JobWorker<EvaluatorContext, DeliverWork>>();
        services.AddRefusals();
        services.AddDashboard(configuration);
        return services;
    }

    /// <summary>Maps every call, and the dashboard.</summary>
    public static void MapEvaluator(this WebApplication app)
    {
        app.MapGrpcService<EvaluatorService>();
        app.MapDashboard();
    }
}
