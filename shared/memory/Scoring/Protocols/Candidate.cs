using MindBridge.Memory.Serving;
using static TorchSharp.torch;

namespace MindBridge.Memory.Scoring.Protocols;

/// <summary>
/// A model under test on a list of probes. What several protocols need is prepared or computed once: the encoder reads each prompt once, each answer is encoded
/// once, greedy answers are decoded once. The unedited model is a candidate too, and one such serves all rows of a table.
/// </summary>
public sealed class Candidate : IDisposable
{
    /// <summary>Tokens an answer may take beyond its object; enough for the end to show, or for a longer answer to be a miss.</summary>
    public const int Margin = 5;

    private readonly CancellationToken cancellationToken;
    private IReadOnlyList<Request>? requests;
    private int[][]? targets;
    private string[]? answers;
    private int[][]? openings;
    private TokenOutcome[][]? forced;

    /// <param name="answerer">The model; stays the caller's.</param>
    /// <param name="probes">What it is asked.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public Candidate(Answerer answerer, IReadOnlyList<Probe> probes, CancellationToken cancellationToken = default) =>
        (Answerer, Probes, this.cancellationToken) = (answerer, probes, cancellationToken);

    /// <summary>The model.</summary>
    public Answerer Answerer { get; }

    /// <summary>What it is asked.</summary>
    public IReadOnlyList<Probe> Probes { get; }

    /// <summary>What the LLM receives for each probe.</summary>
    public IReadOnlyList<Request> Requests => requests ??= Kept(() => Answerer.Prepare([.. Probes.Select(p => p.Prompt)]));

    /// <summary>The expected answers' token ids.</summary>
    public int[][] Targets => targets ??= [.. Probes.Select(p => Answerer.Llm.EncodeAnswer(p.Prompt, p.Answer))];

    /// <summary>The greedy answers with natural stop, as text.</summary>
    public string[] Answers => answers ??= DecodeAnswers();

    /// <summary>The first greedy tokens, as many as the expected answer has.</summary>
    public int[][] Openings => openings ??= Passes.Greedy(Answerer, Requests, [.. Targets.Select(t => t.Length)], null, cancellationToken);

    /// <summary>The expected answers teacher-forced.</summary>
    public TokenOutcome[][] Forced => forced ??= Force(Requests, Targets);

    /// <summary>Forces other answers on prepared requests of this candidate.</summary>
    public TokenOutcome[][] Force(IReadOnlyList<Request> prepared, IReadOnlyList<int[]> forcedAnswers) =>
        Passes.Force(Answerer, prepared, forcedAnswers, cancellationToken);

    private string[] DecodeAnswers()
    {
        var tokenizer = Answerer.Llm.Tokenizer;
        var inside = Probes.Select(p => NaturalStop.Inside(p.Answer)).ToArray();
        var room = Requests.Select(r => Answerer.Llm.Model.MaxPositions - r.Length);
        var most = Targets.Zip(room, (t, left) => Math.Min(t.Length + Margin, left)).ToArray();
        var tokens = Passes.Greedy(Answerer, Requests, most,
            (i, soFar) => NaturalStop.Answer(tokenizer.Decode(soFar), inside[i], final: false) is not null, cancellationToken);
        return [.. tokens.Select((t, i) => NaturalStop.Answer(tokenizer.Decode(t), inside[i], final: true)!.Trim())];
    }

    private static IReadOnlyList<Request> Kept(Func<IReadOnlyList<Request>> prepare)
    {
        using var scope = NewDisposeScope();
        var prepared = prepare();
        foreach (var request in prepared)
        {
            request.SoftPrompt?.DetachFromDisposeScope();
            request.Activation?.DetachFromDisposeScope();
        }
        return prepared;
    }

    public void Dispose()
    {
        foreach (var request in requests ?? [])
        {
            request.SoftPrompt?.Dispose();
            request.Activation?.Dispose();
        }
        requests = null;
    }
}
