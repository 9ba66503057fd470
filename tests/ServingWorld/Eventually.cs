using System.Diagnostics;

namespace MindBridge.ServingWorld;

/// <summary>For what another process or thread brings about: looks often, and gives up with what was expected.</summary>
public static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition, string expected, int seconds = 60)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(seconds)) throw new TimeoutException($"for {seconds} s it did not come about that {expected}");
            await Task.Delay(25);
        }
    }
}
