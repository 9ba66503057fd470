using MindBridge.LocalServers;
using MindBridge.Memory.Tests.Training;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(MindBridge.Trainers.Tests.Servers))]
// Each test trains, and the queues have one name each.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace MindBridge.Trainers.Tests;

/// <summary>One Postgres, one RabbitMQ and the tiny models for all tests here; each test has a database of its own.</summary>
public sealed class Servers : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-trainers-").FullName;

    public LocalPostgres Postgres { get; private set; } = null!;

    public LocalRabbitMq RabbitMq { get; private set; } = null!;

    public TinyWorld Models { get; } = new();

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
        Models.Dispose();
        await Postgres.DisposeAsync();
        await RabbitMq.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Takes away what the last test left unheard.</summary>
    internal async Task ForgetEventsAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(RabbitMq.Address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var route in Contracts.EventRoute.All) await channel.QueueDeleteAsync(route.Queue);
    }
}
