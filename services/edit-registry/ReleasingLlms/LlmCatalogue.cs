using Microsoft.EntityFrameworkCore;
using MindBridge.Contracts;
using MindBridge.Platform.Auditing;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.ReleasingLlms;

/// <summary>What releases an LLM version.</summary>
internal sealed record NewLlm(string? Name, string? Version, string? Family, string? Uri, string? ContentHash);

/// <summary>The LLM versions that memories are bridged to; one catalogue for all tenants.</summary>
internal sealed class LlmCatalogue(IDbContextFactory<RegistryContext> contexts, TimeProvider time)
{
    private const int LongestText = 1000;

    /// <summary>Releases a version, and announces it. Releasing the same content again changes nothing.</summary>
    /// <exception cref="ArgumentException">A field will not do, or the version exists with other content.</exception>
    public async Task<LlmVersion> ReleaseAsync(NewLlm llm, Caller by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var version = new LlmVersion
        {
            Id = Guid.CreateVersion7(now),
            Name = Needed("name", llm.Name),
            Version = Needed("version", llm.Version),
            Family = Needed("family", llm.Family),
            Uri = Needed("uri", llm.Uri),
            ContentHash = llm.ContentHash is { Length: 64 } hash && hash.All(char.IsAsciiHexDigitLower)
                ? hash
                : throw new ArgumentException($"contentHash is \"{llm.ContentHash}\"; give the SHA-256 of the LLM's files, 64 hexadecimal digits in lower case"),
            ReleasedBy = by.Name,
            ReleasedAt = now,
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.LlmVersions.Add(version);
        db.Publish(new LLMVersionReleased(version.Id, version.Name, version.Version, version.Family, version.Uri, version.ContentHash), time);
        db.Audit(by, "release LLM", version.Id.ToString(), null, null, new { version.Name, version.Version, version.Family, version.Uri, version.ContentHash }, time);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return version;
        }
        catch (DbUpdateException e)
        {
            var there = await db.LlmVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Name == version.Name && v.Version == version.Version, cancellationToken);
            if (there is null) throw;
            return there.ContentHash == version.ContentHash
                ? there
                : throw new ArgumentException($"{version.Name} {version.Version} was released with other content; what is released cannot change: give the new content a new version", e);
        }
    }

    /// <summary>The versions in service, or every one, in the order of their release.</summary>
    public async Task<IReadOnlyList<LlmVersion>> ListAsync(bool retired, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.LlmVersions.AsNoTracking().Where(v => retired || v.RetiredAt == null).OrderBy(v => v.ReleasedAt).ThenBy(v => v.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Takes a version out of service: nothing is bridged to it any more, and inference lets it go.</summary>
    /// <exception cref="KeyNotFoundException">There is no such version.</exception>
    public async Task<LlmVersion> RetireAsync(Guid id, Caller by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var version = await db.LlmVersions.SingleOrDefaultAsync(v => v.Id == id, cancellationToken) ?? throw new KeyNotFoundException($"there is no LLM version {id}; list the catalogue for ids");
        if (version.RetiredAt is not null) return version;
        (version.RetiredAt, version.RetiredBy) = (time.GetUtcNow(), by.Name);
        db.Audit(by, "retire LLM", id.ToString(), null, new { version.Name, version.Version }, null, time);
        await db.SaveChangesAsync(cancellationToken);
        return version;
    }

    private static string Needed(string field, string? value) => string.IsNullOrWhiteSpace(value) || value.Length > LongestText || value.Contains('\0')
        ? throw new ArgumentException($"{field} is {(string.IsNullOrWhiteSpace(value) ? "empty" : "no plain text of at most 1000 characters")}; give the LLM's {field}")
        : value.Trim();
}
