using MindBridge.BridgeTrainer.FindingMissingBridges;
using MindBridge.BridgeTrainer.ListingBridges;
using MindBridge.BridgeTrainer.TrainingBridges;
using MindBridge.BridgeTrainer.WatchingModels;
using MindBridge.Contracts;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Services;

namespace MindBridge.BridgeTrainer.Hosting;

/// <summary>The bridge-trainer as a module: in a process of its own, or beside the other services in one.</summary>
public static class BridgeTrainerModule
{
    /// <summary>Adds what the sections <c>Bridge</c>, <c>Database</c>, <c>Artifacts</c> and <c>Services</c> tell.</summary>
    /// <exception cref="ArgumentException">A setting will not do; the message names it.</exception>
    public static IServiceCollection AddBridgeTrainer(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Bridge");
        var settings = section.Get<BridgeSettings>() ?? new BridgeSettings();
        settings.Check();
        services.AddSingleton(settings);
        services.AddSingleton(new BridgeRecipes(settings, section.GetSection("Recipe")));
        services.AddDatabase<BridgeContext>(configuration.GetSection("Database").Get<DatabaseSettings>() ?? new DatabaseSettings(), BridgeContext.Schema);
        services.AddArtifacts(configuration);
        services.AddServiceClients(configuration);
        services.AddTrainingTurn();
        services.AddKeyedSingleton(BridgeContext.Schema, (provider, _) => new WorkFolders("bridge-trainer", provider.GetRequiredService<ArtifactSettings>()));
        services.AddKeyedSingleton(BridgeContext.Schema, (provider, _) => new ArtifactCache(
            provider.GetRequiredService<IArtifactStore>(), Path.Combine(provider.GetRequiredService<ArtifactSettings>().WorkFor("bridge-trainer"), "encoders"), settings.KeptEncoders));

        services.AddSingleton<LiveMemories>();
        services.AddSingleton<MissingBridges>();
        services.Subscribe<EncoderTrained, WhenAnEncoderIsTrained, BridgeContext>("bridge-trainer.encoder-trained");
        services.Subscribe<LLMVersionReleased, WhenAnLlmIsReleased, BridgeContext>("bridge-trainer.llm-version-released");
        services.AddReconciling<BridgeWhatIsMissing>(settings.ReconcileEvery);
        if (settings.WatchModels is { Length: > 0 }) services.AddReconciling<ReleaseNewModels>(settings.ReconcileEvery);
        services.AddSingleton<ProjectorTraining>();
        services.AddSingleton<TrainBridge>();
        services.AddHostedService<JobWorker<BridgeContext, TrainBridge>>();

        services.AddSingleton<Bridges>();
        services.AddRefusals();
        return services;
    }

    /// <summary>Maps every call.</summary>
    public static void MapBridgeTrainer(this IEndpointRouteBuilder routes) => routes.MapGrpcService<BridgeCatalogueService>();
}
