using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;

namespace MindBridge.Inference.ScoringProbes;

/// <summary>How a probe came out.</summary>
/// <param name="Index">Its place among those given.</param>
/// <param name="Value">As the protocol counts.</param>
/// <param name="Before">The unedited LLM's answer, where the protocol decodes one.</param>
/// <param name="After">The scored model's answer, likewise.</param>
internal sealed record Outcome(int Index, double Value, string Before, string After)
{
    /// <summary>What <see cref="Value"/> is of the unedited LLM, where the protocol tells.</summary>
    public double Base { get; init; }

    /// <summary>Whether the memory spoke, where the protocol tells.</summary>
    public bool Edited { get; init; }
}

/// <summary>Scores probes before and after, in turns short enough that nobody waits for a whole evaluation. However many there are, each turn has the time of as many requests as it has probes.</summary>
internal sealed class ProbeScoring(InferenceSettings settings, RequestTimes times)
{
    /// <summary>Outcomes in the order of the probes; a probe that the protocol says nothing of has none.</summary>
    public async IAsyncEnumerable<Outcome> ScoreAsync(
        Answering answering, Protocol protocol, IReadOnlyList<Probe> probes, string tenant, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var from = 0; from < probes.Count; from += settings.ScoreBatch)
        {
            // By reference: a set may hold one probe twice.
            var part = probes.Skip(from).Take(settings.ScoreBatch).ToList();
            var first = from;
            using var time = times.Begin(cancellationToken, part.Count);
            var outcomes = await time.WithinAsync(() => answering.Llm.Engine.TakeTurnAsync(tenant, () => Score(answering, protocol, part, first, time.Token), time.Token));
            foreach (var outcome in outcomes) yield return outcome;
        }
    }

    /// <summary>Outcomes of questions and passages under <see cref="GeneralAbility"/>, in their order; one that the LLM has no room for has none.</summary>
    public async IAsyncEnumerable<Outcome> ScoreAsync(
        Answering answering, IReadOnlyList<AbilityItem> items, string tenant, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = 0;
        // Fewer at a time than probes: a question comes with its examples.
        foreach (var part in items.Chunk(Math.Max(1, settings.ScoreBatch / 4)))
        {
            using var time = times.Begin(cancellationToken, part.Length);
            var scores = await time.WithinAsync(() => answering.Llm.Engine.TakeTurnAsync(tenant, () => GeneralAbility.Score(answering.Answerer, answering.Llm.Unedited, part, time.Token), time.Token));
            for (var i = 0; i < part.Length; i++)
                if (scores[i] is { } score) yield return new Outcome(first + i, score.Value, score.Before, score.After) { Base = score.Base, Edited = score.Edited };
            first += part.Length;
        }
    }

    private static List<Outcome> Score(Answering answering, Protocol protocol, IReadOnlyList<Probe> part, int from, CancellationToken cancellationToken)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        IReadOnlyList<Probe> asked = Answered(answering, part, cancellationToken);
        using var before = new Candidate(answering.Llm.Unedited, asked, cancellationToken);
        using var after = new Candidate(answering.Answerer, asked, cancellationToken);
        var places = asked.Select((probe, i) => (probe, i)).ToDictionary(p => p.probe, p => p.i, (IEqualityComparer<Probe>)ReferenceEqualityComparer.Instance);
        var objects = answering.Served?.NewObjects ?? new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. protocol.Score(after, before, objects).Select(r => new Outcome(from + places[r.Probe], r.Value, r.Before ?? "", r.After ?? ""))];
    }

    // A locality probe may leave its reference answer to the unedited LLM.
    private static List<Probe> Answered(Answering answering, IReadOnlyList<Probe> part, CancellationToken cancellationToken)
    {
        var open = part.Where(p => string.IsNullOrWhiteSpace(p.Answer)).ToList();
        if (open.Count == 0) return [.. part];
        using var candidate = new Candidate(answering.Llm.Unedited, open, cancellationToken);
        var answers = open.Zip(candidate.Answers).ToDictionary(a => a.First, a => a.Second, (IEqualityComparer<Probe>)ReferenceEqualityComparer.Instance);
        return [.. part.Select(p => answers.TryGetValue(p, out var answer) ? p with { Answer = answer } : p)];
    }
}
