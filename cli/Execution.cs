using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace MindBridge.Cli;

/// <summary>
/// Runs a command line. What a user can put right (a file, a value, a damaged artifact) ends as one sentence and exit code 2;
/// Ctrl-C as 130; anything else is a defect of ours: exit code 70, with the trace only when MINDBRIDGE_DEBUG is set.
/// </summary>
internal static class Execution
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        try
        {
            var parsed = root.Parse(args);
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
            return parsed.Errors.Count > 0 ? 2 : code;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("mindbridge: stopped; what was finished is kept, and the same command goes on from there");
            return 130;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException
            or NotSupportedException or JsonException or ExternalException)
        {
            await Console.Error.WriteLineAsync($"mindbridge: {e.Message}");
            if (Debugging) await Console.Error.WriteLineAsync(e.ToString());
            return 2;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"mindbridge: unexpected {e.GetType().Name}: {e.Message} (MINDBRIDGE_DEBUG=1 shows where)");
            if (Debugging) await Console.Error.WriteLineAsync(e.ToString());
            return 70;
        }
    }

    private static bool Debugging => Environment.GetEnvironmentVariable("MINDBRIDGE_DEBUG") is "1";
}
