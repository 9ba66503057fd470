using System.CommandLine;
using Google.Protobuf;

namespace MindBridge.Cli.Platform;

/// <summary>Replies as one line of JSON, for programs.</summary>
internal static class EvalJson
{
    // What is zero is said, too: a reader need not know what is left out.
    private static readonly JsonFormatter s_formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static Option<bool> Option() => new("--json") { Description = "One JSON object" };

    /// <summary>Writes the reply where it was asked for.</summary>
    public static bool Wanted(ParseResult parsed, Option<bool> json, IMessage reply)
    {
        if (!parsed.GetValue(json)) return false;
        Console.WriteLine(s_formatter.Format(reply));
        return true;
    }
}
