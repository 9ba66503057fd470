using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>One way to take a score (METHOD section 7). Values of different protocols are never compared.</summary>
public abstract class Protocol
{
    /// <summary>The headline: greedy decoding with natural stop, normalised exact match.</summary>
    public static readonly Protocol GenerateExact = new GenerateExactProtocol();

    /// <summary>The first greedy tokens must equal the object's tokens; what follows is not looked at (the prototype's criterion).</summary>
    public static readonly Protocol GeneratePrefix = new GeneratePrefixProtocol();

    /// <summary>The paper's and EasyEdit's: mean argmax hit over the object's tokens; the encoder reads the prompt only.</summary>
    public static readonly Protocol TeacherForcedToken = new TeacherForcedProtocol();

    /// <summary>The same with the published leak: the encoder reads prompt + gold target. For comparison with the paper's tables only.</summary>
    public static readonly Protocol PaperTeacherForced = new PaperTeacherForcedProtocol();

    /// <summary>CounterFact's own: P(new) &gt; P(old), mean log probability a token.</summary>
    public static readonly Protocol Probability = new ProbabilityProtocol();

    /// <summary>Mean KL(unedited || edited) in nats at the last prompt token of locality probes; not a percentage.</summary>
    public static readonly Protocol Divergence = new DivergenceProtocol();

    /// <summary>All of them, headline first.</summary>
    public static readonly IReadOnlyList<Protocol> All = [GenerateExact, GeneratePrefix, TeacherForcedToken, PaperTeacherForced, Probability, Divergence];

    /// <summary>Its name in score cards and on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What exactly is compared, for score cards: changes whenever the comparison does.</summary>
    public abstract string Scorer { get; }

    /// <summary>False for measures that are no share of hits (divergence in nats).</summary>
    public virtual bool IsShare => true;

    /// <summary>Scores every probe that the protocol applies to, in the order of the probes.</summary>
    /// <param name="edited">The model under test.</param>
    /// <param name="unedited">The unedited LLM on the same probes.</param>
    /// <param name="newObjects">Edit id to new object, for probes that do not carry it.</param>
    public abstract IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects);

    /// <summary>Finds a protocol by name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public static Protocol Named(string name) => All.FirstOrDefault(p => p.Name == name)
        ?? throw new ArgumentException($"there is no protocol \"{name}\"; use all or one of {string.Join(", ", All.Select(p => p.Name))}");

    /// <summary>Locality compares with the unedited model; everything else with the object.</summary>
    public static bool IsLocality(ProbeKind kind) => kind is ProbeKind.LocalityNeighbour or ProbeKind.LocalityHeldOut or ProbeKind.LocalitySameSubject;

    /// <summary>Share of positions at which two token lists of one length agree.</summary>
    protected static double Agreement(IEnumerable<int> one, IEnumerable<int> other)
    {
        var (same, all) = (0, 0);
        foreach (var (a, b) in one.Zip(other))
        {
            all++;
            if (a == b) same++;
        }
        return all == 0 ? 0 : (double)same / all;
    }

    private sealed class GenerateExactProtocol : Protocol
    {
        public override string Name => "generate-exact";

        public override string Scorer => $"greedy, natural stop, object + {Candidate.Margin} tokens at most, normalised exact match; locality: the unedited model's own answer";

        public override IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects) =>
        [
            .. edited.Probes.Select((probe, i) => new ProbeResult(probe, Hit(probe, edited.Answers[i], unedited.Answers[i]) ? 1 : 0, unedited.Answers[i], edited.Answers[i])),
        ];

        private static bool Hit(Probe probe, string after, string before) => IsLocality(probe.Kind)
            ? NormalisedMatch.Is(after, before) || after.Trim() == before.Trim() : NormalisedMatch.Is(after, probe.Answer);
    }

    private sealed class GeneratePrefixProtocol : Protocol
    {
        public override string Name => "generate-prefix";

        public override string Scorer => "greedy over the object's length, all tokens equal; locality: the unedited model's first tokens, as many as the reference answer has";

        // Greedy decoding begins with given tokens exactly when every teacher-forced argmax equals them, so one pass decides (a test compares with decoding).
        public override IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects)
        {
            var wanted = edited.Probes.Select((p, i) => IsLocality(p.Kind) ? unedited.Openings[i] : edited.Targets[i]).ToList();
            var some = Enumerable.Range(0, wanted.Count).Where(i => wanted[i].Length > 0).ToArray();
            var outcomes = edited.Force([.. some.Select(i => edited.Requests[i])], [.. some.Select(i => wanted[i])]);
            return [.. some.Select((i, k) => new ProbeResult(edited.Probes[i], outcomes[k].Select(o => o.Argmax).SequenceEqual(wanted[i]) ? 1 : 0))];
        }
    }

    private sealed class TeacherForcedProtocol : Protocol
    {
        public override string Name => "teacher-forced-token";

        public override string Scorer => "mean argmax hit over the object's tokens, teacher-forced, encoder reads the prompt only; locality: same argmax as the unedited model";

        public override IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects) =>
            Mean(edited, unedited, edited.Forced);
    }

    private sealed class PaperTeacherForcedProtocol : Protocol
    {
        public override string Name => "paper-teacher-forced";

        public override string Scorer => "LEAKY, as published: teacher-forced mean argmax hit while the encoder reads prompt + gold target; for comparison with the paper's tables only";

        public override IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects)
        {
            using var scope = NewDisposeScope();
            var leaked = edited.Answerer.Prepare([.. edited.Probes.Select(p => p.Prompt)], [.. edited.Probes.Select(p => p.Prompt + " " + p.Answer)]);
            return Mean(edited, unedited, edited.Force(leaked, edited.Targets));
        }
    }

    private sealed class ProbabilityProtocol : Protocol
    {
        public override string Name => "probability";

        public override string Scorer => "mean log probability a token: P(new) > P(old) for Rel, Gen, Port; P(reference) > P(new) for neighbours";

        public override IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects)
        {
            var rivals = edited.Probes.Select(p => Rival(p, newObjects)).ToList();
            var some = Enumerable.Range(0, rivals.Count).Where(i => rivals[i] is not null).ToArray();
            var other = edited.Force([.. some.Select(i => edited.Requests[i])],
                [.. some.Select(i => edited.Answerer.Llm.EncodeAnswer(edited.Probes[i].Prompt, rivals[i]!))]);
            return [.. some.Select((i, k) => new ProbeResult(edited.Probes[i], Mean(edited.Forced[i]) > Mean(other[k]) ? 1 : 0))];
        }

        private static double Mean(TokenOutcome[] outcomes) => outcomes.Average(o => o.LogProbability);

        private static string? Rival(Probe probe, IReadOnlyDictionary<string, string> newObjects)
        {
            var rival = !IsLocality(probe.Kind) || probe.OldAnswer is not null ? probe.OldAnswer
                : probe.EditId is not null && probe.Kind is ProbeKind.LocalityNeighbour ? newObjects.GetValueOrDefault(probe.EditId) : null;
            return rival is null || NormalisedMatch.Is(rival, probe.Answer) ? null : rival;
        }
    }

    private sealed class DivergenceProtocol : Protocol
    {
        private const int Chunk = 256;

        public override string Name => "divergence";

        public override string Scorer => "mean KL(unedited || edited) in nats at the last prompt token of locality probes";

        public override bool IsShare => false;

        public override IReadOnlyList<ProbeResult> Score(Candidate edited, Candidate unedited, IReadOnlyDictionary<string, string> newObjects)
        {
            using var frozen = no_grad();
            var result = new List<ProbeResult>();
            foreach (var rows in Enumerable.Range(0, edited.Probes.Count).Where(i => IsLocality(edited.Probes[i].Kind)).Chunk(Chunk))
            {
                using var scope = NewDisposeScope();
                var before = Passes.NextTokenLogits(unedited.Answerer, [.. rows.Select(i => unedited.Requests[i])]).log_softmax(-1);
                var after = Passes.NextTokenLogits(edited.Answerer, [.. rows.Select(i => edited.Requests[i])]).log_softmax(-1);
                var divergence = (before.exp() * (before - after)).sum([-1L]).data<float>().ToArray();
                for (var k = 0; k < rows.Length; k++) result.Add(new ProbeResult(edited.Probes[rows[k]], Math.Max(0, divergence[k])));
            }
            return result;
        }
    }

    private static ProbeResult[] Mean(Candidate edited, Candidate unedited, TokenOutcome[][] outcomes) =>
    [
        .. edited.Probes.Select((probe, i) => new ProbeResult(probe, Agreement(outcomes[i].Select(o => o.Argmax),
            IsLocality(probe.Kind) ? unedited.Forced[i].Select(o => o.Argmax) : edited.Targets[i]))),
    ];
}
