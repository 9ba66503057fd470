using Microsoft.EntityFrameworkCore;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Auditing;

/// <summary>
/// Has the audit log tell who was given a key, and whose was taken back. The command writes a file and calls nobody, so it is the file that is compared with what was told, at start and
/// whenever it has changed. Keys of the configuration are not told: each replica has them from whoever deployed it.
/// </summary>
internal sealed class TellKeys(IDbContextFactory<EvaluatorContext> contexts, SecuritySettings settings, TimeProvider time) : IReconcile
{
    /// <summary>Who the log says it was: the file does not tell who wrote it.</summary>
    public const string KeyFile = "key file";

    private (DateTime Written, long Length)? told;

    public string What => "keys that the audit log had not told of";

    public async Task<int> ReconcileAsync(CancellationToken cancellationToken)
    {
        if (settings.KeyFile.Length == 0 || Version() == told) return 0;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // The file is read behind the lock: no evaluator may go by an older one than the evaluator before it. On SQLite the transaction itself is the lock.
        if (db.Database.IsNpgsql()) await db.Database.ExecuteSqlRawAsync("LOCK TABLE told_keys IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
        var version = Version();
        var keys = Read(version);
        var known = await db.ToldKeys.ToListAsync(cancellationToken);
        var (gone, made) = (known.Except(keys.Keys).ToList(), keys.Keys.Except(known).ToList());
        var at = time.GetUtcNow();
        foreach (var key in gone) db.Audit(key.Tenant, KeyFile, "key revoked", key.Name, null, new { key.Name, key.Tenant, key.Role }, null, null, at);
        // A moment later: of a key that took the place of another, the log shows the end of that one first.
        foreach (var key in made) db.Audit(key.Tenant, KeyFile, "key created", key.Name, null, null, new { key.Name, key.Tenant, key.Role, Expires = keys[key] }, null, at.AddMicroseconds(1));
        db.ToldKeys.RemoveRange(gone);
        db.ToldKeys.AddRange(made);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        told = version;
        return gone.Count + made.Count;
    }

    // Until the first key is made there is no file.
    private (DateTime Written, long Length) Version() => new FileInfo(settings.KeyFile) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : default;

    private Dictionary<ToldKey, DateTimeOffset?> Read((DateTime Written, long Length) version)
    {
        try
        {
            return version == default ? [] : KeyRing.Read(settings.KeyFile).GroupBy(ToldKey.Of).ToDictionary(same => same.Key, same => same.First().Expires);
        }
        catch (InvalidDataException)
        {
            // As those who authenticate do: the keys stay as they were until the file can be read. Said once, not every second.
            told = version;
            throw;
        }
    }
}
