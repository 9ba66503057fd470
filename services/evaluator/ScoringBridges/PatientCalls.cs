using Grpc.Core;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>Calls to other services that are waited for while those are away or busy: a restart of inference must not use up an evaluation's attempts.</summary>
internal sealed class PatientCalls(EvaluationSettings settings, TimeProvider time, ILogger<PatientCalls> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Throws what the call throws, once patience has run out or the call itself is refused.</summary>
    public async Task<T> AskAsync<T>(string whom, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var (began, pause) = (time.GetTimestamp(), FirstPause);
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded && time.GetElapsedTime(began) < settings.Patience)
            {
                cancellationToken.ThrowIfCancellationRequested();
                logger.LogInformation("{Whom} does not answer now ({Reason}); trying again in {Pause}", whom, e.Status.Detail, pause);
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}
