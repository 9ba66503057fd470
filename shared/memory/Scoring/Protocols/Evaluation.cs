using MindBridge.Memory.Serving;
using static TorchSharp.torch;

namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>All probe results of one model under several protocols.</summary>
/// <param name="Answerer">The model's short name.</param>
/// <param name="ArtifactIds">Encoders and bridges behind it.</param>
/// <param name="Results">Protocol to results, in the order the protocols were asked for.</param>
/// <param name="Closed">Whether closed gates leave the LLM as it is; nothing to say where no gate closed.</param>
/// <param name="Opened">Probe kind to the share of prompts that received a soft prompt; null for models without a gate.</param>
public sealed record Evaluated(string Answerer, IReadOnlyList<string> ArtifactIds, IReadOnlyList<(Protocol Protocol, IReadOnlyList<ProbeResult> Results)> Results,
    IReadOnlyDictionary<ProbeKind, double>? Opened, ClosedGate Closed)
{
    /// <summary>Score cards, one for each protocol and kind of probe.</summary>
    /// <param name="system">What was scored, for tables: "subject, gate on".</param>
    /// <param name="seed">Seed of the training; also of the bootstrap.</param>
    /// <param name="llm">The LLM's name.</param>
    public IEnumerable<ScoreCard> Cards(string system, int seed, string llm) => Results.SelectMany(r => r.Results.GroupBy(p => p.Probe.Kind).OrderBy(g => g.Key)
        .Select(g => ScoreCard.Of(r.Protocol.Name, r.Protocol.Scorer, system, g.Key, [.. g.Select(p => p.Probe)], [.. g.Select(p => p.Value)], seed, ArtifactIds, llm, r.Protocol.IsShare ? "%" : "nats")));

    /// <summary>
    /// The figures of a table, in percent: Rel, Gen, Loc (neighbours and held-out facts together), same-subject, Port, and Avg, the mean of Rel, Gen and Loc.
    /// </summary>
    /// <returns>Null for a protocol that was not taken; NaN where there are no probes.</returns>
    public Summary? Summarise(Protocol protocol)
    {
        if (Results.FirstOrDefault(r => r.Protocol == protocol).Results is not { } results) return null;
        double Mean(params ProbeKind[] kinds) => results.Where(r => kinds.Contains(r.Probe.Kind)).Select(r => 100 * r.Value).DefaultIfEmpty(double.NaN).Average();
        var (rel, gen) = (Mean(ProbeKind.Reliability), Mean(ProbeKind.Generality));
        var loc = Mean(ProbeKind.LocalityNeighbour, ProbeKind.LocalityHeldOut);
        return new Summary(rel, gen, loc, Mean(ProbeKind.LocalityNeighbour), Mean(ProbeKind.LocalityHeldOut), Mean(ProbeKind.LocalitySameSubject), Mean(ProbeKind.Portability), (rel + gen + loc) / 3, results.Count);
    }
}

/// <summary>Probes at which the gate stayed closed, and how many of them gave the unedited LLM's next-token logits bit for bit; the two must be equal.</summary>
public readonly record struct ClosedGate(int Probes, int Identical);

/// <summary>One row of a table, in percent.</summary>
public sealed record Summary(double Rel, double Gen, double Loc, double LocNeighbours, double LocHeldOut, double LocSameSubject, double Port, double Avg, int N);

/// <summary>Scores models on one list of probes; the unedited LLM answers once for all of them.</summary>
public sealed class Evaluation : IDisposable
{
    private readonly Candidate unedited;
    private readonly IReadOnlyList<Probe> probes;
    private readonly IReadOnlyDictionary<string, string> newObjects;
    private readonly CancellationToken cancellationToken;

    /// <param name="unedited">The LLM as released; stays the caller's.</param>
    /// <param name="probes">What is asked; the leak checker has been over them.</param>
    /// <param name="newObjects">Edit id to new object, for the protocol <c>probability</c> on neighbours.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public Evaluation(Answerer unedited, IReadOnlyList<Probe> probes, IReadOnlyDictionary<string, string>? newObjects = null, CancellationToken cancellationToken = default)
    {
        if (probes.Count == 0) throw new ArgumentException("there are no probes; give a file with at least one", nameof(probes));
        this.probes = Answered(unedited, probes, cancellationToken);
        this.unedited = new Candidate(unedited, this.probes, cancellationToken);
        this.cancellationToken = cancellationToken;
        this.newObjects = newObjects ?? new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>Scores one model.</summary>
    /// <param name="answerer">The edited model, a rival, or the unedited LLM itself.</param>
    /// <param name="protocols">Which scores; probes that a protocol says nothing of are missing from its results.</param>
    public Evaluated Score(Answerer answerer, IReadOnlyList<Protocol> protocols)
    {
        using var candidate = new Candidate(answerer, probes, cancellationToken);
        var results = protocols.Select(p => (p, p.Score(candidate, unedited, newObjects))).ToList();
        var decided = candidate.Requests.Any(r => r.Decision is not null);
        var opened = !decided ? null : probes.Zip(candidate.Requests).GroupBy(p => p.First.Kind)
            .ToDictionary(g => g.Key, g => g.Average(p => p.Second.Decision is { Open: true } ? 1.0 : 0.0));
        return new Evaluated(answerer.Name, answerer.ArtifactIds, results, opened, Closed(candidate));
    }

    /// <summary>What is asked: the probes given, locality probes without a reference answer taking the unedited model's own.</summary>
    public IReadOnlyList<Probe> Probes => probes;

    public void Dispose() => unedited.Dispose();

    private ClosedGate Closed(Candidate candidate)
    {
        int[] closed = [.. Enumerable.Range(0, probes.Count).Where(i => candidate.Requests[i].Decision is { Open: false })];
        var identical = 0;
        foreach (var rows in closed.Chunk(256))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var before = Passes.NextTokenLogits(unedited.Answerer, [.. rows.Select(i => unedited.Requests[i])]);
            var after = Passes.NextTokenLogits(candidate.Answerer, [.. rows.Select(i => candidate.Requests[i])]);
            identical += before.ne(after).sum(1).cpu().data<long>().ToArray().Count(differences => differences == 0);
        }
        return new ClosedGate(closed.Length, identical);
    }

    private static IReadOnlyList<Probe> Answered(Answerer unedited, IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
    {
        int[] open = [.. Enumerable.Range(0, probes.Count).Where(i => string.IsNullOrWhiteSpace(probes[i].Answer))];
        if (open.Length == 0) return probes;
        if (open.FirstOrDefault(i => !Protocol.IsLocality(probes[i].Kind), -1) is >= 0 and var wrong)
            throw new InvalidDataException($"probe {wrong + 1} (\"{probes[wrong].Prompt}\") has no answer; only locality probes may leave it to the unedited model");
        using var candidate = new Candidate(unedited, [.. open.Select(i => probes[i])], cancellationToken);
        var answers = open.Zip(candidate.Answers).ToDictionary(a => a.First, a => a.Second);
        return [.. probes.Select((p, i) => answers.TryGetValue(i, out var answer) ? p with { Answer = answer } : p).Where(p => !string.IsNullOrWhiteSpace(p.Answer))];
    }
}
