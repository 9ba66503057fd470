using MindBridge.Contracts;
using MindBridge.EncoderTrainer.ListingEncoders;
using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.EncoderTrainer.TrainingEncoders;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Services;

namespace MindBridge.EncoderTrainer.Hosting;

/// <summary>The encoder-trainer as a module: in a process of its own, or beside the other services in one.</summary>
public static class EncoderTrainerModule
{
    /// <summary>Adds what the sections <c>Encoder</c>, <c>Database</c>, <c>Artifacts</c> and <c>Services</c> tell.</summary>
    /// <exception cref="ArgumentException">A setting will not do; the message names it.</exception>
    public static IServiceCollection AddEncoderTrainer(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Encoder");
        var settings = section.Get<EncoderSettings>() ?? new EncoderSettings();
        settings.Check();
        services.AddSingleton(settings);
        services.AddSingleton(new EncoderRecipes(settings, section.GetSection("Recipe")));
        services.AddSingleton<BaseModel>();
        services.AddDatabase<EncoderContext>(configuration.GetSection("Database").Get<DatabaseSettings>() ?? new DatabaseSettings(), EncoderContext.Schema);
        services.AddArtifacts(configuration);
        services.AddServiceClients(configuration);
        services.AddTrainingTurn();
        services.AddKeyedSingleton(EncoderContext.Schema, (provider, _) => new WorkFolders("encoder-trainer", provider.GetRequiredService<ArtifactSettings>()));
        services.AddKeyedSingleton(EncoderContext.Schema, (provider, _) => new ArtifactCache(
            provider.GetRequiredService<IArtifactStore>(), Path.Combine(provider.GetRequiredService<ArtifactSettings>().WorkFor("encoder-trainer"), "encoders"), settings.KeptEncoders));

        services.AddSingleton<StandingEdits>();
        services.AddSingleton<ShardOrders>();
        services.Subscribe<EditsCommitted, WhenEditsAreCommitted, EncoderContext>("encoder-trainer.edits-committed");
        services.AddReconciling<PlanWhatIsMissing>(settings.ReconcileEvery);
        services.AddSingleton<PlanShards>();
        services.AddHostedService<JobWorker<EncoderContext, PlanShards>>();
        services.AddSingleton<CommitsUnderWay>();
        services.AddSingleton<TrainEncoder>();
        services.AddHostedService<JobWorker<EncoderContext, TrainEncoder>>();

        services.AddSingleton<EncoderSets>();
        services.AddRefusals();
        return services;
    }

    /// <summary>Maps every call.</summary>
    public static void MapEncoderTrainer(this IEndpointRouteBuilder routes) => routes.MapGrpcService<EncoderCatalogueService>();
}
