using System.Diagnostics;

namespace MindBridge.Platform.Tests;

/// <summary>For what another process or thread brings about: looks often, and gives up with the last failure.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task> assertion, int seconds = 60)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(seconds))
            {
                await Task.Delay(25);
            }
        }
    }
}
