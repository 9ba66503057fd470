namespace MindBridge.Platform.Messaging;

/// <summary>How long to wait after the n-th failure: twice as long each time, up to a limit.</summary>
internal static class Backoff
{
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest)
    {
        var wanted = first * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return wanted < longest ? wanted : longest;
    }
}
