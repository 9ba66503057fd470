using MindBridge.Platform.Hosting;
using MindBridge.Platform.Messaging;

namespace MindBridge.BridgeTrainer.Hosting;

/// <summary>The bridge-trainer in a process of its own.</summary>
public static class BridgeTrainerHost
{
    /// <summary>Builds it from appsettings, environment and arguments.</summary>
    /// <param name="args">The command line, for example <c>--Bridge:Epochs=...</c>.</param>
    /// <param name="also">What a test adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? also = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddMindBridgeDefaults("bridge-trainer");
        builder.Services.AddBridgeTrainer(builder.Configuration);
        builder.Services.AddEventBus(builder.Configuration.GetSection("Bus").Get<BusSettings>() ?? new BusSettings());
        also?.Invoke(builder);

        var app = builder.Build();
        app.UseMindBridgeDefaults();
        app.MapMindBridgeDefaults();
        app.MapBridgeTrainer();
        return app;
    }
}
