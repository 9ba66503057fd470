using System.Security.Cryptography;
using System.Text;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>
/// One hash for a memory's whole history: each edit is hashed together with what came before it. Two memories that were told the same in the same order have the same hash,
/// however the edits were batched, and a commit's hash costs nothing to compute.
/// </summary>
internal sealed class HistoryHash(string before)
{
    private readonly StringBuilder text = new();

    /// <summary>The hash so far; empty before the first edit.</summary>
    public string Value { get; private set; } = before;

    public void Add(RecordedEdit edit)
    {
        text.Clear();
        text.Append(Value).Append(edit.Retraction ? "\u0001retract" : "\u0001edit");
        foreach (var field in (ReadOnlySpan<string?>)[edit.Subject, edit.Relation, edit.Object, edit.Prompt, edit.OldObject, edit.Wordings, edit.Paraphrases, edit.Locality])
            text.Append('\u0001').Append(field?.Length ?? -1).Append('\u0001').Append(field);
        Value = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
