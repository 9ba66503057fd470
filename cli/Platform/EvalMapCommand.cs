using System.CommandLine;
using System.Globalization;
using MindBridge.Contracts.V1;
using Spectre.Console;

namespace MindBridge.Cli.Platform;

/// <summary><c>mindbridge eval map</c>: an evaluation's prompts as the memory's encoder sees them, in two dimensions.</summary>
internal static class EvalMapCommand
{
    public static Command Create()
    {
        var home = PlatformHome.Option();
        var id = new Argument<string>("evaluation") { Description = "Its id, as `mindbridge eval list` shows it" };
        var shard = new Option<int>("--shard") { Description = "Of a bridge with several encoders, which, from 0" };
        var points = new Option<int>("--points") { Description = "Most points (default 400, at most 1,000); of more prompts a part of each kind is drawn, always the same" };
        var json = EvalJson.Option();
        var command = new Command("map", "Map an evaluation's prompts as the memory's encoder sees them: edits and their paraphrases should lie apart from neighbours and everything out of scope.") { id, shard, points, json, home };
        command.SetAction((parsed, cancellationToken) => Spoken.AsSentencesAsync(async () =>
        {
            using var clients = PlatformClients.Of(parsed, home);
            var map = await clients.Evaluator.GetFeatureMapAsync(new GetFeatureMapRequest { EvaluationId = parsed.GetValue(id), Shard = parsed.GetValue(shard), MostPoints = parsed.GetValue(points) }, cancellationToken: cancellationToken);
            if (EvalJson.Wanted(parsed, json, map)) return 0;
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{map.Points.Count} of {map.Prompts} prompts by encoder {EvalCommand.Short(map.EncoderId)}{(map.Shards > 1 ? $" (shard {parsed.GetValue(shard)} of {map.Shards})" : "")}; the two directions show {map.XShare + map.YShare:0} % of the variance"));
            var table = new Table().RoundedBorder().AddColumns("kind", "points", "centre", "existence (mean)");
            foreach (var kind in map.Points.GroupBy(p => p.Kind, StringComparer.Ordinal))
                table.AddRow(kind.Key, kind.Count().ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{kind.Average(p => p.X):0.00}, {kind.Average(p => p.Y):0.00}"), kind.Average(p => p.Existence).ToString("0.000", CultureInfo.InvariantCulture));
            AnsiConsole.Write(table);
            AnsiConsole.WriteLine("`--json` lists every point");
            return 0;
        }));
        return command;
    }
}
