using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MindBridge.Evaluator.Tests.Telling;

/// <summary>What came to a webhook's URL.</summary>
internal sealed record Received(string Path, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>A real HTTP server that webhooks are sent to.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private Receiver(WebApplication app) => this.app = app;

    public string Url { get; } = ServingWorld.ServingPlatform.FreeAddress();

    public ConcurrentQueue<Received> Came { get; } = new();

    /// <summary>What it answers, by how many came before.</summary>
    public Func<int, int> Answer { get; set; } = _ => StatusCodes.Status204NoContent;

    public static async Task<Receiver> StartAsync()
    {
        // Not where a service's appsettings.json lies, with that service's addresses.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.GetTempPath() });
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build());
        receiver.app.Run(receiver.TakeAsync);
        receiver.app.Urls.Add(receiver.Url);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var (body, before) = (await reader.ReadToEndAsync(), Came.Count);
        Came.Enqueue(new Received(context.Request.Path, body, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal)));
        context.Response.StatusCode = Answer(before);
        if (context.Response.StatusCode is 307) context.Response.Headers.Location = Url + "/elsewhere";
    }
}
