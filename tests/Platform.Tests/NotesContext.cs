using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Platform.Tests;

/// <summary>The smallest service there is: it writes notes.</summary>
public sealed class NotesContext(DbContextOptions<NotesContext> options) : PlatformContext(options)
{
    public DbSet<Note> Notes => Set<Note>();

    protected override void Map(ModelBuilder model) => model.Entity<Note>().ToTable("notes");
}

public sealed class Note
{
    public Guid Id { get; init; } = Guid.NewGuid();

    public required string Text { get; init; }
}

public sealed record NoteWritten(int Number) : IEvent
{
    public string BusinessKey() => $"note {Number}";
}
