using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MindBridge.Contracts;
using MindBridge.EditRegistry.Hosting;
using MindBridge.LocalServers;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Security;
using Npgsql;

[assembly: AssemblyFixture(typeof(MindBridge.EditRegistry.Tests.Registry))]

namespace MindBridge.EditRegistry.Tests;

/// <summary>The registry as users reach it, over the wire and on a real Postgres. Each test is a tenant of its own.</summary>
public sealed class Registry : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-registry-").FullName;
    private readonly string[] keys = [.. Enumerable.Range(0, 400).Select(_ => ApiKey.Create())];
    private readonly List<WebApplication> hosts = [];
    private int tenants;

    public LocalPostgres Postgres { get; private set; } = null!;

    /// <summary>On Postgres.</summary>
    public RegistryAddresses Main { get; private set; } = null!;

    /// <summary>On SQLite, as the embedded host runs it.</summary>
    public RegistryAddresses Embedded { get; private set; } = null!;

    /// <summary>The file of <see cref="Embedded"/>.</summary>
    public string EmbeddedFile => Path.Combine(folder, "sqlite", "edit_registry.db");

    internal CommittedEdits Committed { get; } = new();

    /// <summary>A caller of a tenant that nobody else is.</summary>
    internal RegistryClient NewTenant(RegistryAddresses? at = null, bool asOperator = false)
    {
        // Every second key is an operator's.
        var number = (2 * Interlocked.Increment(ref tenants)) - (asOperator ? 1 : 2);
        return new RegistryClient(at ?? Main, keys[number], $"tenant {number}");
    }

    /// <summary>A caller without a key.</summary>
    internal RegistryClient Nobody() => new(Main, null, "");

    /// <summary>The registry's own tables, for a look behind the wire.</summary>
    internal RegistryContext Tables(bool embedded)
    {
        var options = new DbContextOptionsBuilder<RegistryContext>();
        if (embedded) options.UseSqlite($"Data Source={Path.Combine(folder, "sqlite", RegistryContext.Schema)}.db");
        else options.UseNpgsql(new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { SearchPath = RegistryContext.Schema }.ConnectionString);
        return new RegistryContext(options.Options);
    }

    public async ValueTask InitializeAsync()
    {
        // Postgres' own user must be able to reach its folder.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        Postgres = await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"), durable: false);
        Main = await HostAsync("--Database:Kind=Postgres", $"--Database:ConnectionString={Postgres.ConnectionString}");
        Embedded = await HostAsync("--Database:Kind=Sqlite", $"--Database:Folder={Path.Combine(folder, "sqlite")}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        await Postgres.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<RegistryAddresses> HostAsync(params string[] settings)
    {
        var at = new RegistryAddresses($"http://127.0.0.1:{FreePort()}", $"http://127.0.0.1:{FreePort()}");
        var callers = keys.SelectMany((key, i) => (string[])[$"--Security:ApiKeys:{i}:Name=caller {i}", $"--Security:ApiKeys:{i}:Tenant=tenant {i}", $"--Security:ApiKeys:{i}:Sha256={ApiKey.HashOf(key)}", $"--Security:ApiKeys:{i}:Role={(i % 2 == 1 ? "Operator" : "Editor")}"]);
        var host = RegistryHost.Build(
            ["--Kestrel:Endpoints:Rest:Url=" + at.Rest, "--Kestrel:Endpoints:Rest:Protocols=Http1", "--Kestrel:Endpoints:Grpc:Url=" + at.Grpc, "--Kestrel:Endpoints:Grpc:Protocols=Http2", .. settings, .. callers],
            builder =>
            {
                builder.Logging.ClearProviders();
                builder.Services.AddSingleton(Committed);
                builder.Services.Subscribe<EditsCommitted, CommittedEdits.Notice, RegistryContext>("test.edits-committed");
            });
        hosts.Add(host);
        await host.StartAsync();
        return at;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Where a registry listens.</summary>
public sealed record RegistryAddresses(string Rest, string Grpc);

/// <summary>What a consumer of the registry's events has heard.</summary>
internal sealed class CommittedEdits
{
    private readonly List<(EditsCommitted Event, string? Trace)> heard = [];

    public IReadOnlyList<EditsCommitted> Of(string tenant)
    {
        lock (heard) return [.. heard.Where(h => h.Event.TenantId == tenant).Select(h => h.Event)];
    }

    /// <summary>The traces in which they were handled.</summary>
    public IReadOnlyList<string?> TracesOf(string tenant)
    {
        lock (heard) return [.. heard.Where(h => h.Event.TenantId == tenant).Select(h => h.Trace)];
    }

    internal sealed class Notice(CommittedEdits committed) : IHandle<EditsCommitted>
    {
        public Task HandleAsync(EditsCommitted happened, CancellationToken cancellationToken)
        {
            lock (committed.heard) committed.heard.Add((happened, System.Diagnostics.Activity.Current?.TraceId.ToHexString()));
            return Task.CompletedTask;
        }
    }
}
