using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MindBridge.BridgeTrainer.Hosting;
using MindBridge.EditRegistry.Hosting;
using MindBridge.EncoderTrainer.Hosting;
using MindBridge.Evaluator.Hosting;
using MindBridge.Inference.Hosting;
using MindBridge.LocalServers;
using MindBridge.Platform.Artifacts;
using MindBridge.Platform.Hosting;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Security;

namespace MindBridge.Cli.Platform;

/// <summary>
/// All five services in this process: the same modules, consumers and calls as on many machines, with SQLite, events inside the process, and artifacts in a folder.
/// </summary>
internal sealed class EmbeddedPlatform : IAsyncDisposable
{
    private readonly WebApplication app;

    private EmbeddedPlatform(WebApplication app, PlatformFile platform, PlatformHome home)
    {
        (this.app, Home, Address) = (app, home, platform.Services[ServiceNames.EditRegistry]);
        Clients = new PlatformClients(platform);
        Artifacts = new FolderArtifactStore(home.Artifacts);
    }

    /// <summary>Where its data lies.</summary>
    public PlatformHome Home { get; }

    /// <summary>Everything that can be called.</summary>
    public IReadOnlyList<Endpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>Where it listens; the dashboard is at its HTTP address.</summary>
    public ServiceAddress Address { get; }

    /// <summary>Its services, as anybody calls them.</summary>
    public PlatformClients Clients { get; }

    /// <summary>Its artifacts.</summary>
    public IArtifactStore Artifacts { get; }

    /// <summary>Starts it on free ports of this machine; data that lies in the folder goes on.</summary>
    /// <param name="folder">Where its data lies.</param>
    /// <param name="encoderBase">The base model of memory encoders.</param>
    /// <param name="settings">What differs from the services' defaults, by configuration key.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<EmbeddedPlatform> StartAsync(string folder, string encoderBase, IEnumerable<(string Key, string Value)> settings, CancellationToken cancellationToken)
    {
        var home = new PlatformHome(folder);
        var address = new ServiceAddress(FreeAddress(), FreeAddress());
        var platform = new PlatformFile
        {
            Services = ServiceNames.All.ToDictionary(s => s, _ => address, StringComparer.Ordinal), ServiceKey = ApiKey.Create(), OperatorKey = ApiKey.Create(), EncoderBase = encoderBase,
        };
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(Settings(platform, home, address).Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new LogFile(home.LogOf("platform")));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("MassTransit", LogLevel.Warning);
        builder.AddMindBridgeDefaults("mindbridge");
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddEditRegistry(configuration);
        services.AddEncoderTrainer(configuration);
        services.AddBridgeTrainer(configuration);
        services.AddInference(configuration);
        services.AddEvaluator(configuration);
        services.AddEventBus(new BusSettings());

        var app = builder.Build();
        app.UseMindBridgeDefaults();
        app.MapMindBridgeDefaults();
        app.MapEditRegistry();
        app.MapEncoderTrainer();
        app.MapBridgeTrainer();
        app.MapInference();
        app.MapEvaluator();
        await app.StartAsync(cancellationToken);
        return new EmbeddedPlatform(app, platform, home);
    }

    public async ValueTask DisposeAsync()
    {
        Clients.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static IEnumerable<(string Key, string Value)> Settings(PlatformFile platform, PlatformHome home, ServiceAddress address) =>
    [
        ("Kestrel:Endpoints:Rest:Url", address.Rest), ("Kestrel:Endpoints:Rest:Protocols", "Http1"),
        ("Kestrel:Endpoints:Grpc:Url", address.Grpc), ("Kestrel:Endpoints:Grpc:Protocols", "Http2"),
        ("Database:Kind", "Sqlite"), ("Database:Folder", Path.Combine(home.Folder, "databases")),
        .. ServiceSettings.Shared(platform, home),
    ];

    private static string FreeAddress() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Find()}");
}
