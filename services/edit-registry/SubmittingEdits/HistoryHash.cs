using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>
/// One hash for a memory's whole history: each edit is hashed together with what came before it. Two memories that were told the same in the same order have the same hash,
/// however the edits were batched, and a commit's hash costs nothing to compute.
/// </summary>
internal sealed class HistoryHash(string before) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] bytes = new byte[4096];

    /// <summary>The hash so far; empty before the first edit.</summary>
    public string Value { get; private set; } = before;

    public void Add(RecordedEdit edit)
    {
        Append(Value);
        Append(edit.Retraction ? "\u0001retract" : "\u0001edit");
        foreach (var field in (ReadOnlySpan<string?>)[edit.Subject, edit.Relation, edit.Object, edit.Prompt, edit.OldObject, edit.Wordings, edit.Paraphrases, edit.Locality])
        {
            Append(string.Create(CultureInfo.InvariantCulture, $"\u0001{field?.Length ?? -1}\u0001"));
            Append(field ?? "");
        }

        Value = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void Append(string text)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) is var most && most > bytes.Length) bytes = new byte[most];
        hash.AppendData(bytes, 0, Encoding.UTF8.GetBytes(text, bytes));
    }

    public void Dispose() => hash.Dispose();
}
