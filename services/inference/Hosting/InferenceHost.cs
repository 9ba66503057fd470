using MindBridge.Platform.Hosting;
using MindBridge.Platform.Messaging;

namespace MindBridge.Inference.Hosting;

/// <summary>Inference in a process of its own.</summary>
public static class InferenceHost
{
    /// <summary>Builds it from appsettings, environment and arguments.</summary>
    /// <param name="args">The command line, for example <c>--Artifacts:Folder=...</c>.</param>
    /// <param name="also">What a test or a benchmark adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? also = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddMindBridgeDefaults("inference");
        builder.Services.AddInference(builder.Configuration);
        builder.Services.AddEventBus(builder.Configuration.GetSection("Bus").Get<BusSettings>() ?? new BusSettings());
        also?.Invoke(builder);

        var app = builder.Build();
        app.UseMindBridgeDefaults();
        app.MapMindBridgeDefaults();
        app.MapInference();
        return app;
    }
}
