using System.CommandLine;
using MindBridge.Memory.Reporting;

namespace MindBridge.Cli.Reporting;

/// <summary><c>mindbridge report DIR</c>: a run's folder as one page.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder of a run: what run, demo or train wrote with --out" };
        var command = new Command("report", $"""
            Write one self-contained HTML page about a run: scores with intervals, what an upgrade costs, answers before and after, the feature map, learning curves.
            Reads {RunReport.FileName} of the folder, and where that is missing run.json, demo.json and the manifests of the artifacts in it. The page is DIR/{HtmlReport.FileName};
            its path is printed. It fetches nothing, so it can be sent to anybody.

            Example:
              mindbridge report runs/demo
            """)
        {
            folder,
        };
        command.SetAction(parsed => Console.Out.WriteLine(HtmlReport.Write(ReportFolder.Read(parsed.GetRequiredValue(folder)), parsed.GetRequiredValue(folder))));
        return command;
    }
}
