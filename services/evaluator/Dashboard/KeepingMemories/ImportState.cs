using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.Framing;

namespace MindBridge.Evaluator.Dashboard.KeepingMemories;

/// <summary>How far an import is.</summary>
/// <param name="File">Its name.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ImportState(string File, long Size)
{
    /// <summary>Bytes sent so far.</summary>
    public long Sent { get; init; }

    public long Accepted { get; init; }

    public long Repeated { get; init; }

    public int Conflicts { get; init; }

    public IReadOnlyList<ImportProblem> Problems { get; init; } = [];

    public bool Finished { get; init; }

    public string Sentence => Finished
        ? $"{File}: {Wording.Number(Accepted)} edits imported, {Wording.Number(Repeated)} known already, {Wording.Number(Problems.Count(p => !p.Warning))} rows left out, {Wording.Number(Conflicts)} conflicts."
        : Accepted + Repeated > 0 ? $"{File}: {Wording.Number(Accepted + Repeated)} edits recorded so far."
        : Sent < Size ? $"{File}: sending, {100 * Sent / Math.Max(1, Size)} %." : $"{File}: sent; the registry reads it.";

    public ImportState With(ImportProgress heard)
    {
        ArgumentNullException.ThrowIfNull(heard);
        return this with { Accepted = heard.Accepted, Repeated = heard.Repeated, Conflicts = Conflicts + heard.Conflicts.Count, Problems = [.. Problems, .. heard.Problems], Finished = heard.Finished };
    }
}
