using MindBridge.EditRegistry.SubmittingEdits;

namespace MindBridge.EditRegistry.ReadingEdits;

/// <summary>What an entry is found by: a row that is narrow beside the entry's own, because a search reads all of a memory's.</summary>
internal sealed class EditText
{
    public required Guid MemoryId { get; init; }

    public required long Sequence { get; init; }

    /// <summary>Subject, object and prompt in small letters, a line each: a search cannot run from one into the other.</summary>
    public required string Text { get; init; }

    public static EditText Of(RecordedEdit edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        return new EditText { MemoryId = edit.MemoryId, Sequence = edit.Sequence, Text = Small($"{edit.Subject}\n{edit.Object}\n{edit.Prompt}") };
    }

    /// <summary>Small letters of every script. Databases differ in how far theirs go, so they are not asked.</summary>
    public static string Small(string text) => text.ToLowerInvariant();
}
