using Microsoft.EntityFrameworkCore;
using MindBridge.EditRegistry.CommittingEdits;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.EditRegistry.KeepingAnswers;
using MindBridge.EditRegistry.ReadingEdits;
using MindBridge.EditRegistry.ReleasingLlms;
using MindBridge.EditRegistry.SubmittingEdits;
using MindBridge.Platform.Databases;

namespace MindBridge.EditRegistry;

/// <summary>The tables of the system of record.</summary>
public sealed class RegistryContext(DbContextOptions<RegistryContext> options) : PlatformContext(options)
{
    /// <summary>The schema's name.</summary>
    public const string Schema = "edit_registry";

    internal DbSet<MemoryRecord> Memories => Set<MemoryRecord>();

    internal DbSet<RecordedEdit> Edits => Set<RecordedEdit>();

    internal DbSet<EditText> EditTexts => Set<EditText>();

    internal DbSet<EditEnding> EditEndings => Set<EditEnding>();

    internal DbSet<Commit> Commits => Set<Commit>();

    internal DbSet<OutOfScopePrompt> OutOfScope => Set<OutOfScopePrompt>();

    internal DbSet<LlmVersion> LlmVersions => Set<LlmVersion>();

    /// <summary>
    /// A memory, locked until the transaction ends. Whoever writes to a memory holds this lock, so its sequences have no gaps and become visible in order.
    /// On SQLite the transaction itself is the lock.
    /// </summary>
    internal async Task<MemoryRecord> LockAsync(Guid memory, CancellationToken cancellationToken)
    {
        var locked = await Memories.FromSqlRaw(Database.IsNpgsql() ? "SELECT * FROM memories WHERE id = {0} FOR UPDATE" : "SELECT * FROM memories WHERE id = {0}", memory).ToListAsync(cancellationToken);
        return locked[0];
    }

    protected override void Map(ModelBuilder model)
    {
        model.Entity<MemoryRecord>().ToTable("memories");
        model.Entity<RecordedEdit>(edit =>
        {
            edit.ToTable("edits");
            edit.HasKey(e => new { e.MemoryId, e.Sequence });
        });
        model.Entity<EditText>(text =>
        {
            text.ToTable("edit_texts");
            text.HasKey(t => new { t.MemoryId, t.Sequence });
        });
        model.Entity<EditEnding>(ending =>
        {
            ending.ToTable("edit_endings");
            ending.HasKey(e => new { e.MemoryId, e.Sequence });
        });
        model.Entity<Commit>(commit =>
        {
            commit.ToTable("commits");
            commit.Property(c => c.Cause).HasConversion<string>();
        });
        model.Entity<OutOfScopePrompt>(prompt =>
        {
            prompt.ToTable("out_of_scope");
            prompt.HasKey(p => new { p.MemoryId, p.Place });
        });
        model.Entity<LlmVersion>().ToTable("llm_versions");
    }
}
