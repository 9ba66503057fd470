using MindBridge.LocalServers;

[assembly: AssemblyFixture(typeof(MindBridge.Platform.Tests.Servers))]

namespace MindBridge.Platform.Tests;

/// <summary>One Postgres and one RabbitMQ for all tests here; each test has a schema and queues of its own.</summary>
public sealed class Servers : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-servers-").FullName;

    public LocalPostgres Postgres { get; private set; } = null!;

    public LocalRabbitMq RabbitMq { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Postgres' own user must be able to reach its folder.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        var rabbit = LocalRabbitMq.StartAsync(Path.Combine(folder, "rabbitmq"));
        Postgres = await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"), durable: false);
        RabbitMq = await rabbit;
    }

    public async ValueTask DisposeAsync()
    {
        await Postgres.DisposeAsync();
        await RabbitMq.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
