using System.Globalization;
using Grpc.Net.Client;
using Wire = MindBridge.Contracts.V1;
using MindBridge.Platform.Hosting;
using MindBridge.Platform.Operations;
using MindBridge.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MindBridge.Platform.Tests.Security;

/// <summary>A service of nothing but the defaults and a route for each role, on real ports.</summary>
internal sealed class GuardedService : IAsyncDisposable
{
    private readonly WebApplication app;

    private GuardedService(WebApplication app)
    {
        this.app = app;
        var addresses = app.Urls.ToList();
        // In the order of their names.
        Http = new HttpClient { BaseAddress = new Uri(addresses[1]) };
        GrpcAddress = addresses[0];
        Operations = new Wire.Operations.OperationsClient(GrpcChannel.ForAddress(addresses[0]));
    }

    public HttpClient Http { get; }

    public string GrpcAddress { get; }

    public Wire.Operations.OperationsClient Operations { get; }

    public static Task<GuardedService> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>One that operates the jobs and dead letters of another's tables.</summary>
    public static async Task<GuardedService> StartAsync(Tests.Service? operated, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([
            new("Kestrel:Endpoints:Rest:Url", "http://127.0.0.1:0"), new("Kestrel:Endpoints:Rest:Protocols", "Http1"),
            new("Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0"), new("Kestrel:Endpoints:Grpc:Protocols", "Http2"),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Logging.ClearProviders();
        builder.AddMindBridgeDefaults("guarded");
        foreach (var tables in operated?.Services.GetServices<IOperated>() ?? []) builder.Services.AddSingleton(tables);
        var app = builder.Build();
        app.UseMindBridgeDefaults();
        app.MapMindBridgeDefaults();
        app.MapGet("/who", (HttpContext context) => $"{Caller.Of(context.User).Name} of {Caller.Of(context.User).Tenant} is {Caller.Of(context.User).Role}");
        foreach (var role in Caller.Roles) app.MapGet("/" + role, () => "in").RequireAuthorization(role);
        await app.StartAsync();
        return new GuardedService(app);
    }

    /// <summary>Settings of a key, and the key.</summary>
    public static (string Key, IEnumerable<(string Key, string Value)> Settings) KeyOf(int i, Role role, string tenant = "acme", string name = "somebody", string? expires = null)
    {
        var (key, at) = (ApiKey.Create(), string.Create(CultureInfo.InvariantCulture, $"Security:ApiKeys:{i}"));
        return (key, [($"{at}:Name", name), ($"{at}:Tenant", tenant), ($"{at}:Role", role.ToString()), ($"{at}:Sha256", ApiKey.HashOf(key)), .. expires is null ? [] : ((string, string)[])[($"{at}:Expires", expires)]]);
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (bearer is not null) request.Headers.Authorization = new("Bearer", bearer);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
