using MindBridge.Platform.Hosting;
using MindBridge.Platform.Messaging;

namespace MindBridge.EncoderTrainer.Hosting;

/// <summary>The encoder-trainer in a process of its own.</summary>
public static class EncoderTrainerHost
{
    /// <summary>Builds it from appsettings, environment and arguments.</summary>
    /// <param name="args">The command line, for example <c>--Encoder:BaseModel=...</c>.</param>
    /// <param name="also">What a test adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? also = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddMindBridgeDefaults("encoder-trainer");
        builder.Services.AddEncoderTrainer(builder.Configuration);
        builder.Services.AddEventBus(builder.Configuration.GetSection("Bus").Get<BusSettings>() ?? new BusSettings());
        also?.Invoke(builder);

        var app = builder.Build();
        app.UseMindBridgeDefaults();
        app.MapMindBridgeDefaults();
        app.MapEncoderTrainer();
        return app;
    }
}
