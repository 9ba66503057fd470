using System.Globalization;
using MindBridge.LocalServers;

namespace MindBridge.Cli.Platform;

/// <summary>A second worker of each kind that trains, told the same as the first, so that a job has where to go when its worker sleeps.</summary>
internal sealed class TwinWorkers(PlatformHome home)
{
    private const string Second = "-2";

    /// <summary>Which workers have one.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [ServiceNames.EncoderTrainer, ServiceNames.BridgeTrainer];

    public static bool IsTwin(string process) => process.EndsWith(Second, StringComparison.Ordinal);

    /// <summary>Starts those that do not run.</summary>
    public async Task SeeToThemAsync()
    {
        var noted = home.Noted().Where(p => ServerProcess.IsOurs(p.Id, PlatformHome.Mark, home.Folder)).ToDictionary(p => p.Name, p => p.Id, StringComparer.Ordinal);
        foreach (var kind in Kinds.Where(kind => noted.ContainsKey(kind) && !noted.ContainsKey(kind + Second)))
        {
            var told = await EnvironmentOfAsync(noted[kind]);
            if (told.Count == 0) continue;
            told["Kestrel__Endpoints__Rest__Url"] = Free();
            told["Kestrel__Endpoints__Grpc__Url"] = Free();
            told["Artifacts__Work"] = Path.Combine(home.Folder, "work" + Second);
            var (program, arguments) = ThisProgram.With("service", kind);
            home.Note(kind + Second, ServerProcess.Start(kind + Second, null, program, arguments, told, home.LogOf(kind + Second)).Id);
        }
    }

    private static async Task<Dictionary<string, string>> EnvironmentOfAsync(int process)
    {
        try
        {
            return (await File.ReadAllTextAsync($"/proc/{process}/environ")).Split('\0').Where(pair => pair.Contains('=', StringComparison.Ordinal)).Select(pair => pair.Split('=', 2))
                .Where(pair => pair[0].Contains("__", StringComparison.Ordinal) || pair[0] == PlatformHome.Mark).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        }
        catch (IOException)
        {
            // It has just been killed.
            return [];
        }
    }

    private static string Free() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Find()}");
}
