using System.Globalization;
using MindBridge.Cli.World;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using Spectre.Console;

namespace MindBridge.Cli.Demo;

/// <summary>What the demo prints on stdout: headings, tables, before and after.</summary>
internal sealed class DemoPage
{
    private const int ShortId = 12;

    public void Introduce(DemoWorld world, DemoCorrections corrections, DemoSettings settings)
    {
        AnsiConsole.Write(new Rule("[bold]MindBridge demo[/]").LeftJustified());
        Say($"A world of {world.Facts.Count:N0} real facts in {world.Relations.Count} relations, two small language models that know it by heart,");
        Say($"and {corrections.Edits.Count} corrections (seed {settings.Seed}). Nothing leaves this machine.");
    }

    public void GoOn(string folder)
    {
        Say($"An earlier run was interrupted; this one goes on in {folder}. What is trained stays; what a killed run was at is free again within half a minute.");
    }

    public void Step(int number, string title, string what)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{number}. {title.EscapeMarkup()}[/]").LeftJustified());
        Say(what);
    }

    public void Beliefs(IReadOnlyList<Probe> asked, IReadOnlyDictionary<string, string[]> answers, IReadOnlyDictionary<string, double> known)
    {
        Step(1, "What the language models believe", "Greedy answers, before any correction:");
        var table = Table("prompt", [.. answers.Keys]);
        for (var i = 0; i < asked.Count; i++)
            table.AddRow([asked[i].Prompt.EscapeMarkup(), .. answers.Values.Select(a => a[i].EscapeMarkup())]);
        AnsiConsole.Write(table);
        foreach (var (name, share) in known) Say($"{name} knows {share:0.0} % of the facts.");
    }

    public void Corrections(DemoCorrections corrections)
    {
        AnsiConsole.WriteLine();
        Say($"Now {corrections.Edits.Count} of them are corrected, for example:");
        var table = Table("prompt", "believed", "corrected");
        foreach (var edit in corrections.Edits.DistinctBy(e => e.Relation).Take(8))
            table.AddRow(edit.Prompt.EscapeMarkup(), edit.OldObject!.EscapeMarkup(), $"[green]{edit.Object.EscapeMarkup()}[/]");
        AnsiConsole.Write(table);
    }

    public void Encoder(string id, double seconds) => Say($"Encoder {id[..ShortId]} trained in {seconds:0} s of processor time.");

    public void Scores(LlmOutcome llm)
    {
        var table = Table($"{llm.Name}", "Rel", "Gen", "Loc", "other facts of edited subjects", "probes");
        foreach (var (protocol, scores) in llm.Scores)
            table.AddRow(
                protocol, Percent(llm, protocol, ProbeKind.Reliability), Percent(llm, protocol, ProbeKind.Generality),
                Percent(llm, protocol, ProbeKind.LocalityNeighbour, ProbeKind.LocalityHeldOut), Percent(llm, protocol, ProbeKind.LocalitySameSubject),
                scores.N.ToString("N0", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        Say("Rel: the correction's own prompt. Gen: wordings no training has seen. Loc: neighbours and other facts answer as before. Percent, with 95 % intervals.");
        Say($"Bridge {llm.BridgeId[..ShortId]} in {llm.BridgeSeconds:0} s of processor time; encoder {llm.EncoderId[..ShortId]}, computed anew from its files.");
    }

    public void Texts(LlmOutcome llm)
    {
        var table = Table("prompt", "before", "after", "wanted");
        var results = llm.Results[Protocol.GenerateExact.Name];
        foreach (var (kind, count) in new[] { (ProbeKind.Reliability, 2), (ProbeKind.Generality, 4), (ProbeKind.LocalityNeighbour, 2), (ProbeKind.LocalitySameSubject, 2) })
        {
            var locality = Protocol.IsLocality(kind);
            foreach (var result in results.Where(r => r.Probe.Kind == kind).DistinctBy(r => r.Probe.EditId ?? r.Probe.Prompt).Skip(7).Take(count))
                table.AddRow(
                    result.Probe.Prompt.EscapeMarkup(), (result.Before ?? "").EscapeMarkup(),
                    $"[{(result.Value >= 1 ? "green" : "red")}]{(result.After ?? "").EscapeMarkup()}[/]", locality ? "[dim]as before[/]" : result.Probe.Answer.EscapeMarkup());
        }
        AnsiConsole.Write(table);
    }

    public void Costs(string encoderId, double encoderSeconds, IReadOnlyList<LlmOutcome> outcomes)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule("[bold]What it cost, in processor time[/]").LeftJustified());
        var first = encoderSeconds + outcomes[0].BridgeSeconds;
        Say($"First model:  encoder {encoderSeconds:0.0} s + bridge {outcomes[0].BridgeSeconds:0.0} s = {first:0.0} s");
        foreach (var next in outcomes.Skip(1))
            Say($"Next model:   bridge {next.BridgeSeconds:0.0} s = {100 * next.BridgeSeconds / first:0} % of that; the encoder's hash is {(next.EncoderId == encoderId ? "the same" : "ANOTHER")}: {next.EncoderId[..ShortId]}");
    }

    /// <summary>What the platform decided by itself.</summary>
    public void Promotion(string llm, bool promoted, IReadOnlyList<string> reasons) => Say(promoted
        ? $"The evaluator scored the new bridge through the serving path, its gate held, and {llm} now answers with it."
        : $"The evaluator holds the new bridge back: {string.Join("; ", reasons)}");

    public void Gates(IReadOnlyList<Gate> gates)
    {
        AnsiConsole.WriteLine();
        foreach (var gate in gates)
            AnsiConsole.MarkupLine($"{(gate.Passed ? "[green]passed[/]" : "[red]FAILED[/]")}  {gate.Name.EscapeMarkup()}");
    }

    public void End(string folder, string report, TimeSpan took)
    {
        AnsiConsole.WriteLine();
        Say($"{took.TotalMinutes:0.0} minutes. Encoder, bridges and figures: {folder}");
        Say($"Report: {report}");
    }

    private static string Percent(LlmOutcome llm, string protocol, params ProbeKind[] kinds)
    {
        var values = llm.Results[protocol].Where(r => kinds.Contains(r.Probe.Kind)).Select(r => r.Value).ToList();
        if (values.Count == 0) return "-";
        var interval = Interval.Of(values).InPercent;
        return string.Create(CultureInfo.InvariantCulture, $"{interval.Mean:0.0} ({interval.Low:0.0}-{interval.High:0.0})");
    }

    private static Table Table(string first, params string[] columns)
    {
        var table = new Table().RoundedBorder().AddColumn(first.EscapeMarkup());
        foreach (var column in columns) table.AddColumn(column.EscapeMarkup());
        return table;
    }

    private static void Say(FormattableString text) => AnsiConsole.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Say(string text) => AnsiConsole.WriteLine(text);
}
