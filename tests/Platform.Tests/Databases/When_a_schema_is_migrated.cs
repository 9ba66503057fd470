using MindBridge.Platform.Databases;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MindBridge.Platform.Tests.Databases;

public sealed class When_a_schema_is_migrated(Servers servers)
{
    [Theory]
    [InlineData(DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Sqlite)]
    public async Task Should_apply_each_migration_once_however_many_start_together(DatabaseKind kind)
    {
        await using var service = await Service.OnAsync(kind, servers);
        var database = service.Services.GetRequiredService<Database<NotesContext>>();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using var db = await service.Contexts.CreateDbContextAsync();
            await database.MigrateAsync(db, TimeProvider.System);
        }));

        await using var context = await service.Contexts.CreateDbContextAsync();
        var applied = await context.Database.SqlQueryRaw<string>("SELECT name AS \"Value\" FROM schema_migrations").ToListAsync();
        applied.ShouldContain("MindBridge.Platform/0001_outbox.sql");
        applied.ShouldContain("MindBridge.Platform.Tests/0001_notes.sql");
        applied.Contains("MindBridge.Platform/0002_outbox_wakes_the_relay.postgres.sql").ShouldBe(kind is DatabaseKind.Postgres);
    }

    [Fact]
    public async Task Should_let_processes_that_start_together_take_turns()
    {
        var settings = new DatabaseSettings { ConnectionString = servers.Postgres.ConnectionString };
        var schema = $"turns_{Guid.NewGuid():N}";

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var database = new Database<NotesContext>(settings, schema);
            var options = new DbContextOptionsBuilder<NotesContext>();
            database.Configure(options);
            await using var db = new NotesContext(options.Options);
            await database.MigrateAsync(db, TimeProvider.System);
            (await db.Notes.CountAsync()).ShouldBe(0);
        }));
    }

    [Fact]
    public async Task Should_refuse_a_migration_that_changed_after_it_was_applied()
    {
        await using var service = await Service.OnAsync(DatabaseKind.Postgres, servers);
        await using var db = await service.Contexts.CreateDbContextAsync();
        await db.Database.ExecuteSqlRawAsync("UPDATE schema_migrations SET hash = 'another' WHERE name = 'MindBridge.Platform.Tests/0001_notes.sql'");

        var error = await Should.ThrowAsync<InvalidDataException>(() => service.Services.GetRequiredService<Database<NotesContext>>().MigrateAsync(db, TimeProvider.System));

        error.Message.ShouldContain("MindBridge.Platform.Tests/0001_notes.sql");
    }

    [Fact]
    public void Should_name_the_setting_that_is_missing() =>
        Should.Throw<ArgumentException>(() => new Database<NotesContext>(new DatabaseSettings(), "notes")).Message.ShouldContain("Database:ConnectionString");
}
