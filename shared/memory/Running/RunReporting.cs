using MindBridge.Memory.Encoders;
using MindBridge.Memory.Reporting;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using static TorchSharp.torch;

namespace MindBridge.Memory.Running;

/// <summary>A run as the report shows it: score cards with intervals, costs, gates, answers and the map of features.</summary>
public static class RunReporting
{
    /// <summary>What the edited models of a run are called on score cards.</summary>
    public const string System = "mindbridge";

    private const int MostOfAKind = 150;

    /// <summary>One score card for each protocol and kind of probe.</summary>
    public static IReadOnlyList<ScoreCard> Cards(LlmOutcome llm, long seed) =>
    [
        .. from protocol in llm.Results
           from kind in protocol.Value.GroupBy(r => r.Probe.Kind).OrderBy(g => g.Key)
           let named = Protocol.Named(protocol.Key)
           select ScoreCard.Of(
               protocol.Key, named.Scorer, System, kind.Key, [.. kind.Select(r => r.Probe)], [.. kind.Select(r => r.Value)], (int)(seed % int.MaxValue),
               [llm.EncoderId, llm.BridgeId], llm.Name, named.IsShare ? "%" : "nats"),
    ];

    /// <summary>Writes report.json and report.html into the run's folder and returns the page's path.</summary>
    /// <param name="name">What the run is called.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="encoder">Its encoder, for the map of features; null for none.</param>
    /// <param name="record">Its figures.</param>
    /// <param name="data">Its probes.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="cancellationToken">Stops the map of features.</param>
    public static string Write(string name, string folder, MemoryEncoder? encoder, RunRecord record, EditingRunData data, long seed, CancellationToken cancellationToken = default)
    {
        var report = new RunReport
        {
            Name = name,
            Made = TimeProvider.System.GetUtcNow(),
            Seeds = [seed],
            Scores = [.. record.Llms.SelectMany(l => Cards(l, seed))],
            Costs = [new Cost("encoder", "", record.EncoderSeconds), .. record.Llms.Select(l => new Cost("bridge", l.Name, l.BridgeSeconds))],
            Gates = [.. record.Gates.Select(g => new ReportGate(g.Name, g.Passed))],
            Answers = [.. record.Llms.SelectMany(Answers)],
            Features = encoder is not null ? Map(encoder, data, seed, cancellationToken) : null,
        };
        report.Write(folder);
        return HtmlReport.Write(ReportFolder.Read(folder), folder);
    }

    private static IEnumerable<AnswerRow> Answers(LlmOutcome llm) =>
        llm.Results.TryGetValue(Protocol.GenerateExact.Name, out var results)
            ? results.Select(r => new AnswerRow(llm.Name, r.Probe.Kind, r.Probe.Prompt, r.Probe.Answer, r.Before ?? "", r.After ?? "", r.Value >= 1, r.Probe.EditId))
            : [];

    private static FeatureMap Map(MemoryEncoder encoder, EditingRunData data, long seed, CancellationToken cancellationToken)
    {
        var prompts = data.Probes.Where(p => p.Kind is not ProbeKind.Portability).GroupBy(p => p.Kind).SelectMany(g => g.Take(MostOfAKind)).ToList();
        using var scope = NewDisposeScope();
        var features = encoder.Features([.. prompts.Select(p => p.Prompt)]).cpu();
        var flat = features.data<float>().ToArray();
        return FeatureMap.Of(
            [.. flat.Chunk((int)features.shape[1])], [.. prompts.Select(p => KindOf(p.Kind))], [.. prompts.Select(p => p.Prompt)], (int)(seed % int.MaxValue), cancellationToken: cancellationToken);
    }

    private static string KindOf(ProbeKind kind) => kind switch
    {
        ProbeKind.Reliability => "edits",
        ProbeKind.Generality => "paraphrases",
        ProbeKind.LocalityNeighbour => "neighbours",
        ProbeKind.LocalitySameSubject => "same subject",
        _ => "out of scope",
    };
}
