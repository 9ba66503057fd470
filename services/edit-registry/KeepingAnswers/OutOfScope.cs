using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.EditRegistry.KeepingAnswers;

/// <summary>The prompts whose answers a memory must leave alone. The next training uses the set as it is then.</summary>
internal sealed class OutOfScope(IDbContextFactory<RegistryContext> contexts)
{
    private const int MostPrompts = 100_000, LongestText = 10_000;

    /// <summary>Replaces the set, or leaves it as it was when anything is amiss.</summary>
    /// <returns>How many there are, and their hash.</returns>
    /// <exception cref="ArgumentException">A prompt will not do; the message names its row.</exception>
    public async Task<(int Count, string ContentHash)> ReplaceAsync(Guid memory, IAsyncEnumerable<(string Prompt, string? Subject, string? Answer)> prompts, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockAsync(memory, cancellationToken);
        await db.OutOfScope.Where(p => p.MemoryId == memory).ExecuteDeleteAsync(cancellationToken);
        var (place, seen) = (0, new HashSet<string>(StringComparer.Ordinal));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var (prompt, subject, answer) in prompts.WithCancellation(cancellationToken))
        {
            Check(place + 1, prompt, subject, answer);
            if (!seen.Add(prompt.Trim())) continue;
            if (++place > MostPrompts) throw new ArgumentException($"there are more than {MostPrompts:N0} prompts; give fewer, a few for each edit suffice");
            db.OutOfScope.Add(new OutOfScopePrompt { MemoryId = memory, Place = place, Prompt = prompt.Trim(), Subject = Absent(subject), Answer = Absent(answer) });
            hash.AppendData(Encoding.UTF8.GetBytes(prompt.Trim() + "\n"));
            if (place % 1000 != 0) continue;
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (place, Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    /// <summary>The set, in its order.</summary>
    public async IAsyncEnumerable<OutOfScopePrompt> ReadAsync(Guid memory, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await foreach (var prompt in db.OutOfScope.AsNoTracking().Where(p => p.MemoryId == memory).OrderBy(p => p.Place).AsAsyncEnumerable().WithCancellation(cancellationToken)) yield return prompt;
    }

    private static void Check(int row, string prompt, params string?[] others)
    {
        if (string.IsNullOrWhiteSpace(prompt)) throw new ArgumentException($"prompt {row} is empty; give the beginning of a sentence, or a question");
        foreach (var text in (string?[])[prompt, .. others])
            if (text is { Length: > LongestText } || text?.Contains('\0') is true) throw new ArgumentException($"prompt {row} is no plain text of at most {LongestText} characters; shorten it");
    }

    private static string? Absent(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
