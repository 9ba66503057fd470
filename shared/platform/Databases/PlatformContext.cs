using MindBridge.Contracts;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Outbox;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Databases;

/// <summary>A service's tables, and beside them in the same schema the outbox, the inbox and the jobs: one transaction covers all.</summary>
public abstract class PlatformContext(DbContextOptions options) : DbContext(options)
{
    internal DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    internal DbSet<DeadLetter> DeadLetters => Set<DeadLetter>();

    internal DbSet<Job> Jobs => Set<Job>();

    /// <summary>Announces an event if, and only if, the current unit of work is committed.</summary>
    public void Publish(IEvent happened, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Outbox.Add(OutboxMessage.Of(happened, time.GetUtcNow()));
    }

    /// <summary>Maps the service's own tables; names become snake_case by themselves.</summary>
    protected abstract void Map(ModelBuilder model);

    protected sealed override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<OutboxMessage>().ToTable("outbox");
        modelBuilder.Entity<DeadLetter>().ToTable("dead_letters");
        modelBuilder.Entity<Job>(job =>
        {
            job.ToTable("jobs");
            job.Property(j => j.State).HasConversion<string>();
        });
        Map(modelBuilder);
        SnakeCase.Apply(modelBuilder);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite knows no moment in time that it could compare: ticks can be.
        if (Database.ProviderName!.EndsWith("Sqlite", StringComparison.Ordinal)) configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
    }
}
