using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Platform.Jobs;

/// <summary>A process trains one thing at a time, however many trainers it hosts: two at once would each take longer than both one after the other.</summary>
public sealed class TrainingTurn : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Waits for the turn; dispose what comes back to end it.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        return new Taken(turn);
    }

    public void Dispose() => turn.Dispose();

    private sealed class Taken(SemaphoreSlim turn) : IDisposable
    {
        private SemaphoreSlim? turn = turn;

        public void Dispose() => Interlocked.Exchange(ref turn, null)?.Release();
    }
}

/// <summary>What a trainer says to take turns.</summary>
public static class TrainingTurnRegistration
{
    /// <summary>Adds the process' one <see cref="TrainingTurn"/>.</summary>
    public static IServiceCollection AddTrainingTurn(this IServiceCollection services)
    {
        services.TryAddSingleton<TrainingTurn>();
        return services;
    }
}
