using Microsoft.EntityFrameworkCore;
using MindBridge.BridgeTrainer.TrainingBridges;
using MindBridge.Platform.Databases;

namespace MindBridge.BridgeTrainer;

/// <summary>The tables of the bridge-trainer: projectors and the bridges they make up.</summary>
public sealed class BridgeContext(DbContextOptions<BridgeContext> options) : PlatformContext(options)
{
    /// <summary>The schema's name.</summary>
    public const string Schema = "bridge_trainer";

    internal DbSet<TrainedProjector> Projectors => Set<TrainedProjector>();

    internal DbSet<MemoryBridge> Bridges => Set<MemoryBridge>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<TrainedProjector>().ToTable("projectors").HasKey(p => new { p.EncoderId, p.LlmHash, p.RecipeHash });
        model.Entity<MemoryBridge>().ToTable("bridges").HasKey(b => b.BridgeId);
    }
}
