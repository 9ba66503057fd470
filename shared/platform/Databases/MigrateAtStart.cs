using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Databases;

/// <summary>Nothing of a service runs before its schema is there; a database that is still starting is waited for.</summary>
internal sealed class MigrateAtStart<TContext>(Database<TContext> database, IServiceScopeFactory scopes, TimeProvider time, ILogger<MigrateAtStart<TContext>> logger) : IHostedLifecycleService
    where TContext : PlatformContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await database.MigrateAsync(scope.ServiceProvider.GetRequiredService<TContext>(), time, cancellationToken);
                return;
            }
            catch (Npgsql.NpgsqlException e) when (e.IsTransient && time.GetElapsedTime(began) < Patience)
            {
                logger.LogWarning("the database of {Schema} does not answer yet ({Reason}); trying again", database.Schema, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
