using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Reconciling;

/// <summary>Reconciles at start and on a timer.</summary>
internal sealed class ReconcilingLoop<TReconcile>(TReconcile reconcile, ReconcilingInterval<TReconcile> interval, TimeProvider time, ILogger<ReconcilingLoop<TReconcile>> logger) : BackgroundService
    where TReconcile : IReconcile
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var amiss = await reconcile.ReconcileAsync(stoppingToken);
                if (amiss > 0) logger.LogInformation("reconciled {What}: {Count}", reconcile.What, amiss);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("{What} could not be reconciled ({Reason}); trying again", reconcile.What, e.Message);
            }

            await Task.Delay(interval.Value, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
