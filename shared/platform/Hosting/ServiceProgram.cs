using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace MindBridge.Platform.Hosting;

/// <summary>
/// A service as a process of its own. What its configuration lacks, and a database that cannot be reached as it starts, end as one sentence and exit code 2, as on the command line; a defect of ours keeps
/// its trace.
/// </summary>
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
        catch (Exception e) when (Remediable(e) is { } told)
        {
            await Console.Error.WriteLineAsync(told.Message);
            return 2;
        }
    }

    // Entity Framework wraps what a database says.
    private static Exception? Remediable(Exception e) => e switch
    {
        ArgumentException or FormatException or IOException or InvalidDataException or UnauthorizedAccessException or DbException => e,
        InvalidOperationException { InnerException: DbException said } => said,
        _ => null,
    };
}
