using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MindBridge.Platform.Auditing;
using MindBridge.Platform.Security;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.EditRegistry.KeepingAnswers;

/// <summary>The prompts whose answers a memory must leave alone. The next training uses the set as it is then.</summary>
internal sealed class OutOfScope(IDbContextFactory<RegistryContext> contexts, TimeProvider time)
{
    private const int MostPrompts = 100_000, LongestText = 10_000, MostWordings = 100;

    /// <summary>Replaces the set, or leaves it as it was when anything is amiss.</summary>
    /// <returns>How many there are, and their hash.</returns>
    /// <exception cref="ArgumentException">A prompt will not do; the message names its row.</exception>
    public async Task<(int Count, string ContentHash)> ReplaceAsync(Guid memory, Caller by, IAsyncEnumerable<NewOutOfScopePrompt> prompts, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LockAsync(memory, cancellationToken);
        var before = await db.OutOfScope.Where(p => p.MemoryId == memory).ExecuteDeleteAsync(cancellationToken);
        var (place, seen) = (0, new HashSet<string>(StringComparer.Ordinal));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var given in prompts.WithCancellation(cancellationToken))
        {
            Check(place + 1, given);
            var prompt = given.Prompt.Trim();
            if (!seen.Add(prompt)) continue;
            if (++place > MostPrompts) throw new ArgumentException($"there are more than {MostPrompts:N0} prompts; give fewer, a few for each edit suffice");
            db.OutOfScope.Add(new OutOfScopePrompt { MemoryId = memory, Place = place, Prompt = prompt, Subject = Absent(given.Subject), Answer = Absent(given.Answer), Wordings = JsonSerializer.Serialize(given.Wordings, JsonSerializerOptions.Web) });
            hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\u0001', given.Wordings.Prepend(prompt)) + "\n"));
            if (place % 1000 != 0) continue;
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }

        var contentHash = Convert.ToHexStringLower(hash.GetCurrentHash());
        db.Audit(by, "put out-of-scope prompts", memory.ToString(), memory, before == 0 ? null : new { Count = before }, new { Count = place, ContentHash = contentHash }, time);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (place, contentHash);
    }

    /// <summary>The set, in its order.</summary>
    public async IAsyncEnumerable<OutOfScopePrompt> ReadAsync(Guid memory, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await foreach (var prompt in db.OutOfScope.AsNoTracking().Where(p => p.MemoryId == memory).OrderBy(p => p.Place).AsAsyncEnumerable().WithCancellation(cancellationToken)) yield return prompt;
    }

    private static void Check(int row, NewOutOfScopePrompt given)
    {
        if (string.IsNullOrWhiteSpace(given.Prompt) || given.Wordings.Any(string.IsNullOrWhiteSpace)) throw new ArgumentException($"prompt {row} or one of its wordings is empty; give the beginning of a sentence, or a question");
        if (given.Wordings.Count > MostWordings) throw new ArgumentException($"prompt {row} has {given.Wordings.Count} wordings; give at most {MostWordings}");
        foreach (var text in (string?[])[given.Prompt, given.Subject, given.Answer, .. given.Wordings])
            if (text is { Length: > LongestText } || text?.Contains('\0') is true) throw new ArgumentException($"prompt {row} is no plain text of at most {LongestText} characters; shorten it");
    }

    private static string? Absent(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
