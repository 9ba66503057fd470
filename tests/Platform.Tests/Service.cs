using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Jobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MindBridge.Platform.Tests;

/// <summary>A host of the notes service, as a process would have it; tests choose which parts run.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly string? folder;
    private readonly IHost host;

    private Service(IHost host, string? folder) => (this.host, this.folder) = (host, folder);

    public IServiceProvider Services => host.Services;

    public IDbContextFactory<NotesContext> Contexts => Services.GetRequiredService<IDbContextFactory<NotesContext>>();

    public JobQueue<NotesContext> Jobs => Services.GetRequiredService<JobQueue<NotesContext>>();

    /// <summary>A schema or file of its own, migrated; nothing runs by itself.</summary>
    public static Task<Service> OnAsync(DatabaseKind kind, Servers servers, Action<IServiceCollection>? also = null) =>
        CreateAsync(kind, servers, $"notes_{Guid.NewGuid():N}", running: false, also);

    /// <summary>The whole service on Postgres and RabbitMQ, running.</summary>
    public static Task<Service> RunAsync(Servers servers, string schema, Action<IServiceCollection> also, LocalServers.LocalRabbitMq? broker = null) => CreateAsync(DatabaseKind.Postgres, servers, schema, running: true, services =>
    {
        // MassTransit keeps the logger of the process' first host in a static, beyond that host's end; processes have one host, tests many.
        MassTransit.LogContext.ConfigureCurrentLogContext(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        services.AddEventBus(new BusSettings { RabbitMq = (broker ?? servers.RabbitMq).Address, Attempts = 3, FirstPause = TimeSpan.FromMilliseconds(5) });
        also(services);
    });

    public async Task WriteAsync(int number, Func<Task>? beforeCommit = null)
    {
        await using var db = await Contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Notes.Add(new Note { Text = $"{number}" });
        db.Publish(new NoteWritten(number), TimeProvider.System);
        await db.SaveChangesAsync();
        if (beforeCommit is not null) await beforeCommit();
        await transaction.CommitAsync();
    }

    public async Task<List<string>> NotesAsync()
    {
        await using var db = await Contexts.CreateDbContextAsync();
        return await db.Notes.Select(note => note.Text).ToListAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TimeSpan.FromSeconds(5));
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        if (folder is null) return;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<Service> CreateAsync(DatabaseKind kind, Servers servers, string schema, bool running, Action<IServiceCollection>? also)
    {
        var folder = kind is DatabaseKind.Sqlite ? Directory.CreateTempSubdirectory("mindbridge-notes-").FullName : null;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton(new OutboxSettings { Poll = TimeSpan.FromMilliseconds(300), Timeout = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMilliseconds(500) });
        builder.Services.AddDatabase<NotesContext>(new DatabaseSettings { Kind = kind, ConnectionString = servers.Postgres.ConnectionString, Folder = folder }, schema);
        also?.Invoke(builder.Services);
        var service = new Service(builder.Build(), folder);
        if (running)
        {
            await service.host.StartAsync();
        }
        else
        {
            await using var db = await service.Contexts.CreateDbContextAsync();
            await service.Services.GetRequiredService<Database<NotesContext>>().MigrateAsync(db, TimeProvider.System);
        }

        return service;
    }
}
