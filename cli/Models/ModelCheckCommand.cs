using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MindBridge.Memory.Bridging;
using MindBridge.Models;

namespace MindBridge.Cli.Models;

/// <summary><c>mindbridge model check DIR</c>: against the golden values that lie in the folder.</summary>
internal static class ModelCheckCommand
{
    // What kinds of folder have golden values, most particular first; the first that applies checks the folder.
    private static readonly (Func<string, bool> Applies, Func<string, IEnumerable<GoldenResult>> Run)[] s_checks =
    [
        (EditedAnswerCheck.Applies, EditedAnswerCheck.Run),
        (_ => true, GoldenCheck.Run),
    ];

    public static Command Create()
    {
        var folder = ModelCommand.Folder();
        var json = new Option<bool>("--json") { Description = "Print one JSON object a comparison: {\"item\",\"what\",\"error\",\"tolerance\",\"passed\"}." };
        var command = new Command("check", "Compare a model with the golden.json in its folder: token ids, logits and features. Exits with 1 where any differs.") { folder, json };
        command.SetAction(result =>
        {
            var directory = result.GetRequiredValue(folder);
            var results = Array.Find(s_checks, c => c.Applies(directory)).Run(directory).ToList();
            if (result.GetValue(json))
            {
                foreach (var r in results)
                    Console.WriteLine(JsonSerializer.Serialize(new { item = r.Item, what = r.What, error = double.IsFinite(r.Error) ? r.Error : (double?)null, tolerance = r.Tolerance, passed = r.Passed }));
            }
            else Print(results);
            return results.TrueForAll(r => r.Passed) ? 0 : 1;
        });
        return command;
    }

    private static void Print(List<GoldenResult> results)
    {
        foreach (var group in results.GroupBy(r => r.What, StringComparer.Ordinal))
        {
            var worst = group.MaxBy(r => r.Error)!;
            var passed = group.Count(r => r.Passed);
            var error = double.IsInfinity(worst.Error) ? "differ" : string.Create(CultureInfo.InvariantCulture, $"largest error {worst.Error:0.0e+0}, allowed {worst.Tolerance:0.0e+0}");
            Console.WriteLine($"{group.Key,-14} {passed}/{group.Count()} agree{(passed == group.Count() && worst.Tolerance == 0 ? "" : $" ({error}, item {worst.Item})")}");
        }
        Console.WriteLine(results.TrueForAll(r => r.Passed) ? "all agree" : "the model does not agree with its golden values");
    }
}
