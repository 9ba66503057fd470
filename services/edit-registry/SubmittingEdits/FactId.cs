using System.Security.Cryptography;
using System.Text;
using MindBridge.Memory.Edits;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>
/// Which fact an edit speaks of: its subject and relation, or its subject and prompt where no relation is named, regardless of case, punctuation and white space.
/// Two edits of one fact cannot both stand; the later one does.
/// </summary>
internal static class FactId
{
    public static Guid Of(NewEdit edit)
    {
        var about = string.IsNullOrWhiteSpace(edit.Relation) ? $"prompt\u0001{Folded(edit.Prompt!)}" : $"relation\u0001{edit.Relation.Trim().ToLowerInvariant()}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Folded(edit.Subject!)}\u0001{about}"), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    // A subject of nothing but punctuation folds to nothing; it is still somebody's.
    private static string Folded(string text) => NormalisedText.Fold(text) is { Length: > 0 } folded ? folded : text.Trim();
}
