using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MindBridge.Platform.Jobs;

namespace MindBridge.Trainers.Tests;

/// <summary>Has a service do no job by itself: a test does them by hand, or sees that nobody does. A long pause between two looks is not enough, for the first look may come late.</summary>
internal static class RestingWorkers
{
    public static async Task<WebApplication> RestAsync(this Task<WebApplication> started)
    {
        var host = await started;
        foreach (var worker in host.Services.GetServices<IHostedService>().Where(s => s.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(JobWorker<,>)))
            await worker.StopAsync(CancellationToken.None);
        return host;
    }
}
