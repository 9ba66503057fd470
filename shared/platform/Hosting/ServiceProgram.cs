using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Hosting;

/// <summary>A service as a process of its own. What its configuration lacks ends as one sentence and exit code 2, as on the command line; a defect of ours keeps its trace.</summary>
public static class ServiceProgram
{
    /// <summary>Builds the service and runs it until it is asked to end.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            await using var service = build();
            await ((IHost)service).RunAsync();
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }
}
