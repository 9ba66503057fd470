using MindBridge.Memory.Edits;
using MindBridge.Models;
using MindBridge.Tokenizers;

namespace MindBridge.Memory.Pretraining;

/// <summary>An edit that stage I cannot train on.</summary>
/// <param name="Edit">The edit.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record UnusableEdit(Edit Edit, string Reason);

/// <summary>Finds the edits that would stop a training, so that their neighbours can be trained without them.</summary>
public static class UnusableEdits
{
    /// <summary>Those of the edits that an encoder of this base model cannot hold: too long for its positions, or without an object it can spell.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no base folder.</exception>
    public static IReadOnlyList<UnusableEdit> Find(IEnumerable<Edit> edits, string baseFolder)
    {
        ArgumentNullException.ThrowIfNull(edits);
        var (tokenizer, room) = (TextTokenizer.From(baseFolder), TokenisedMemory.RoomOf(ModelConfiguration.From(baseFolder).MaxPositions));
        var found = new List<UnusableEdit>();
        foreach (var edit in edits)
        {
            try
            {
                _ = new TokenisedEdit(edit, tokenizer, room);
            }
            catch (InvalidDataException e)
            {
                found.Add(new UnusableEdit(edit, e.Message));
            }
        }

        return found;
    }
}
