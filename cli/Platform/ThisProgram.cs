namespace MindBridge.Cli.Platform;

/// <summary>How this program is started again as another process: by its own executable, or by <c>dotnet</c> where that runs it.</summary>
internal static class ThisProgram
{
    public static (string Program, IReadOnlyList<string> Arguments) With(params string[] arguments)
    {
        var running = Environment.ProcessPath ?? throw new NotSupportedException("this system does not tell which program runs");
        return Path.GetFileNameWithoutExtension(running) == "dotnet" ? (running, [typeof(ThisProgram).Assembly.Location, .. arguments]) : (running, arguments);
    }
}
