using System.Threading.RateLimiting;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace MindBridge.Platform.Security;

/// <summary>Keeps one key from taking everybody's time: so many calls a second on average, twice as many at once. The platform's own services are not limited.</summary>
internal sealed class CallLimit : IDisposable
{
    private readonly PartitionedRateLimiter<string>? limiter;

    public CallLimit(SecuritySettings settings)
    {
        if (settings.CallsPerSecond < 0) throw new ArgumentException($"Security:CallsPerSecond is {settings.CallsPerSecond}; give 1 or more, or 0 for no limit");
        if (settings.CallsPerSecond == 0) return;
        limiter = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = 2 * settings.CallsPerSecond,
            TokensPerPeriod = settings.CallsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (limiter is not null && context.User.Identity?.IsAuthenticated == true && Caller.Of(context.User) is { IsService: false } caller)
        {
            using var lease = limiter.AttemptAcquire($"{caller.Tenant}\u0001{caller.Name}");
            if (!lease.IsAcquired)
            {
                context.Response.Headers.RetryAfter = "1";
                await HttpAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, StatusCode.ResourceExhausted, $"\"{caller.Name}\" calls more often than it may; wait a second, or ask an operator for a higher limit");
                return;
            }
        }

        await next(context);
    }

    public void Dispose() => limiter?.Dispose();
}
