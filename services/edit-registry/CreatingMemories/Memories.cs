using MindBridge.Platform.Auditing;
using MindBridge.Platform.Security;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.EditRegistry.CreatingMemories;

/// <summary>The memories of every tenant; a tenant finds its own only.</summary>
internal sealed class Memories(IDbContextFactory<RegistryContext> contexts, TimeProvider time)
{
    private const int LongestName = 100;

    /// <summary>Creates a memory; one of that name with the same settings is returned as it is.</summary>
    /// <exception cref="ArgumentException">The name or a setting will not do, or the name is taken with other settings.</exception>
    public async Task<MemoryRecord> CreateAsync(Caller by, string? name, MemorySettings settings, CancellationToken cancellationToken)
    {
        settings.Check();
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || Guid.TryParse(name, out _))
            throw new ArgumentException($"name is \"{name}\"; give 1 to {LongestName} letters, digits, hyphens, underscores or dots");
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var memory = new MemoryRecord
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            TenantId = by.Tenant,
            Name = name,
            CommitAfterCount = settings.CommitAfterCount,
            CommitAfterSeconds = settings.CommitAfterSeconds,
            ShardCapacity = settings.ShardCapacity,
            LeastRel = settings.LeastRel,
            LeastGen = settings.LeastGen,
            LeastLoc = settings.LeastLoc,
            CreatedAt = time.GetUtcNow(),
        };
        db.Memories.Add(memory);
        db.Audit(by, "create memory", memory.Id.ToString(), memory.Id, null, new { memory.Name, Settings = settings }, time);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return memory;
        }
        catch (DbUpdateException e)
        {
            // Two callers may create one memory at once; the database decides which was first.
            var there = await db.Memories.AsNoTracking().SingleOrDefaultAsync(m => m.TenantId == by.Tenant && m.Name == name, cancellationToken);
            if (there is null) throw;
            return SettingsOf(there) == settings ? there : throw new ArgumentException($"a memory \"{name}\" exists with other settings; choose another name, or create it with the settings it has", e);
        }
    }

    /// <param name="tenant">Whose.</param>
    /// <param name="memory">Its id or name.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="KeyNotFoundException">The tenant has no such memory.</exception>
    public async Task<MemoryRecord> FindAsync(string tenant, string memory, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var own = db.Memories.AsNoTracking().Where(m => m.TenantId == tenant);
        var found = Guid.TryParse(memory, out var id) ? await own.SingleOrDefaultAsync(m => m.Id == id, cancellationToken) : await own.SingleOrDefaultAsync(m => m.Name == memory, cancellationToken);
        return found ?? throw new KeyNotFoundException($"there is no memory \"{memory}\"; list the memories for their names, or create it");
    }

    /// <param name="tenant">Whose; null for every tenant's.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    public async Task<IReadOnlyList<MemoryRecord>> ListAsync(string? tenant, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Memories.AsNoTracking().Where(m => tenant == null || m.TenantId == tenant).OrderBy(m => m.TenantId).ThenBy(m => m.Name).ToListAsync(cancellationToken);
    }

    public static MemorySettings SettingsOf(MemoryRecord memory) => new()
    {
        CommitAfterCount = memory.CommitAfterCount,
        CommitAfterSeconds = memory.CommitAfterSeconds,
        ShardCapacity = memory.ShardCapacity,
        LeastRel = memory.LeastRel,
        LeastGen = memory.LeastGen,
        LeastLoc = memory.LeastLoc,
    };
}
