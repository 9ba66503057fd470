using MindBridge.Memory.Edits;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>What a batch with bad rows comes to.</summary>
public enum BatchRule
{
    /// <summary>Bad rows are reported, the others recorded.</summary>
    KeepGoodRows,

    /// <summary>One bad row refuses all.</summary>
    AllOrNothing,
}

/// <summary>A recorded edit.</summary>
/// <param name="Row">Its row in the request, from 1.</param>
/// <param name="Id">Its id.</param>
/// <param name="Sequence">Its place in the memory.</param>
/// <param name="Repeated">True when its client key was known already: nothing was changed.</param>
public sealed record SubmittedEdit(long Row, Guid Id, long Sequence, bool Repeated);

/// <summary>Two rows speak of one fact and disagree: the later stands.</summary>
public sealed record EditConflict(long KeptRow, long SupersededRow);

/// <summary>What became of a batch.</summary>
public sealed record Submission(IReadOnlyList<SubmittedEdit> Edits, IReadOnlyList<EditProblem> Problems, IReadOnlyList<EditConflict> Conflicts);

/// <summary>An edit with its row.</summary>
internal readonly record struct NumberedEdit(long Row, NewEdit Edit);

/// <summary>The facts a batch has spoken of so far, to report where it contradicts itself.</summary>
internal sealed class SpokenFacts
{
    private readonly Dictionary<Guid, (long Row, string Object)> facts = [];

    public EditConflict? Speak(Guid fact, long row, string @object)
    {
        var contradicts = facts.TryGetValue(fact, out var earlier) && !NormalisedText.Same(earlier.Object, @object);
        facts[fact] = (row, @object);
        return contradicts ? new EditConflict(row, earlier.Row) : null;
    }
}
