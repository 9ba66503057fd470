using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Metrics;
using MindBridge.Platform.Operations;
using MindBridge.Platform.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Platform.Databases;

/// <summary>What a service says to have a database.</summary>
public static class DatabaseRegistration
{
    /// <summary>
    /// Adds the context, its migrations at start, the relay of its outbox, its dead letters and its jobs.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="settings">Where the data lies.</param>
    /// <param name="schema">The service's schema.</param>
    public static IServiceCollection AddDatabase<TContext>(this IServiceCollection services, DatabaseSettings settings, string schema)
        where TContext : PlatformContext
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new Database<TContext>(settings, schema));
        services.AddDbContextFactory<TContext>((provider, options) => provider.GetRequiredService<Database<TContext>>().Configure(options));
        services.AddHostedService<MigrateAtStart<TContext>>();
        services.TryAddSingleton(new OutboxSettings());
        services.AddSingleton<OutboxRelay<TContext>>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxRelay<TContext>>());
        services.AddSingleton<DeadLetters<TContext>>();
        services.AddSingleton<JobQueue<TContext>>();
        services.AddSingleton<IOperated, Operated<TContext>>();
        services.AddSingleton<IGauges, DatabaseGauges<TContext>>();
        services.AddHealthChecks().AddCheck<DatabaseHealth<TContext>>($"database {schema}", tags: ["ready"]);
        return services;
    }
}
