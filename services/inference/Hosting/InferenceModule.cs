using MindBridge.Contracts;
using MindBridge.Inference.Explaining;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.Generating;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Inference.MappingFeatures;
using MindBridge.Inference.Rpc;
using MindBridge.Inference.ScoringProbes;
using MindBridge.Inference.SpeakingOpenAi;
using MindBridge.Inference.TakingTurns;
using MindBridge.Inference.TryingChallengers;
using MindBridge.Inference.WarmingUp;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Services;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Inference.Hosting;

/// <summary>Inference as a module: in a process of its own, or beside the other services in one.</summary>
public static class InferenceModule
{
    /// <summary>Adds inference's capabilities as the sections <c>Inference</c>, <c>Artifacts</c> and <c>Services</c> tell.</summary>
    /// <exception cref="ArgumentException">A setting is missing or out of bounds; the message names it.</exception>
    public static IServiceCollection AddInference(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = (configuration.GetSection("Inference").Get<InferenceSettings>() ?? new InferenceSettings()).Checked();
        services.TryAddSingleton(TimeProvider.System);
        services.AddArtifacts(configuration);
        services.AddServiceClients(configuration);
        services.AddSingleton(settings);
        services.AddSingleton<LlmCatalogue>();
        services.AddReconciling<FollowCatalogue>(settings.Look);
        services.AddSingleton<UnpackingFolder>();
        services.AddSingleton<BridgeManifests>();
        services.AddSingleton<LoadedBridges>();
        services.AddSingleton<Champions>();
        services.AddSingleton<Deployments>();
        services.AddReconciling<FollowDeployments>(settings.Look);
        services.Listen<BridgePromoted, PromotionEar>();
        services.Listen<BridgeRolledBack, PromotionEar>();
        services.AddSingleton<RequestTimes>();
        services.AddSingleton<MemoryNames>();
        services.AddSingleton<Targets>();
        services.AddSingleton<Generation>();
        services.AddSingleton<ProbeScoring>();
        services.AddSingleton<FeatureMapping>();
        services.AddSingleton<Explainer>();
        services.AddReconciling<TrafficReports>(settings.Look);
        services.AddSingleton<ShadowAnswers>();
        services.AddSingleton<WatchedAnswers>();
        services.AddSingleton<ModelNames>();
        services.AddSingleton<OpenAiChoices>();
        services.AddSingleton<OpenAiCalls>();
        // Asked in their order, and the platform's own would write for every route.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, OpenAiProblems>());
        services.AddSingleton<WarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<WarmUp>());
        services.AddRefusals();
        services.AddHealthChecks().AddCheck<CatalogueHealth>("llm catalogue", tags: ["ready"]).AddCheck<WarmUpHealth>("warm-up", tags: ["ready"]);
        return services;
    }

    /// <summary>Maps every call.</summary>
    public static void MapInference(this IEndpointRouteBuilder routes)
    {
        OpenAiEndpoints.Map(routes);
        routes.MapGrpcService<InferenceService>();
    }
}
