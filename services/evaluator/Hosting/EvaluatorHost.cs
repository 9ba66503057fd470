using MindBridge.Platform.Hosting;
using MindBridge.Platform.Messaging;

namespace MindBridge.Evaluator.Hosting;

/// <summary>The evaluator in a process of its own.</summary>
public static class EvaluatorHost
{
    /// <summary>Builds it from appsettings, environment and arguments.</summary>
    /// <param name="args">The command line, for example <c>--Database:ConnectionString=...</c>.</param>
    /// <param name="also">What a test or a benchmark adds.</param>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? also = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddMindBridgeDefaults("evaluator");
        builder.Services.AddEvaluator(builder.Configuration);
        builder.Services.AddEventBus(builder.Configuration.GetSection("Bus").Get<BusSettings>() ?? new BusSettings());
        also?.Invoke(builder);

        var app = builder.Build();
        app.UseMindBridgeDefaults();
        app.MapMindBridgeDefaults();
        app.MapEvaluator();
        return app;
    }
}
