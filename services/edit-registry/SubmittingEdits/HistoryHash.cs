using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>
/// One hash for a memory's whole history: the digest of each edit is hashed together with what came before it. Two memories that were told the same in the same order have the same hash,
/// however the edits were batched, and a commit's hash costs nothing to compute.
/// </summary>
/// <param name="before">The hash so far, in hexadecimal; empty before the first edit.</param>
internal sealed class HistoryHash(string before)
{
    private readonly byte[] both = [.. before.Length == 0 ? new byte[SHA256.HashSizeInBytes] : Convert.FromHexString(before), .. new byte[SHA256.HashSizeInBytes]];

    /// <summary>The hash so far, in hexadecimal.</summary>
    public string Value => Convert.ToHexStringLower(both.AsSpan(0, SHA256.HashSizeInBytes));

    public void Add(ReadOnlySpan<byte> digest)
    {
        digest.CopyTo(both.AsSpan(SHA256.HashSizeInBytes));
        SHA256.HashData(both, both.AsSpan(0, SHA256.HashSizeInBytes));
    }

    /// <summary>SHA-256 of what an edit says: each field behind its length, so that no two edits are written alike.</summary>
    public static byte[] DigestOf(CheckedEdit edit)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        bytes.Write([edit.Edit.Retraction ? (byte)1 : (byte)0]);
        foreach (var field in (ReadOnlySpan<string?>)[edit.Edit.Subject, edit.Relation, edit.Edit.Object, edit.Edit.Prompt, edit.Edit.OldObject, edit.Wordings, edit.Paraphrases, edit.Locality])
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), field?.Length ?? -1);
            bytes.Advance(sizeof(int));
            Encoding.UTF8.GetBytes(field, bytes);
        }

        return SHA256.HashData(bytes.WrittenSpan);
    }
}
