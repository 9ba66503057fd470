using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace MindBridge.Grpc.Tests;

/// <summary>Our server on two ports of this machine's loopback, one plain and one with TLS.</summary>
public sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly X509Certificate2 _certificate;

    private ProbeServer(WebApplication application, X509Certificate2 certificate)
    {
        (_application, _certificate) = (application, certificate);
        var ports = application.Urls.Select(url => new Uri(url)).ToList();
        Plain = ports.Single(url => url.Scheme == "http");
        Secure = new Uri($"https://localhost:{ports.Single(url => url.Scheme == "https").Port}");
    }

    public Uri Plain { get; }

    public Uri Secure { get; }

    public Traces Traces => _application.Services.GetRequiredService<Traces>();

    /// <summary>Whether the application's one health check is content.</summary>
    public bool IsHealthy { get; set; } = true;

    public static async Task<ProbeServer> StartAsync(Action<GrpcServiceOptions>? grpc = null, Action<KestrelServerLimits>? limits = null)
    {
        var certificate = SelfSigned();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, port =>
            {
                port.Protocols = HttpProtocols.Http2;
                port.UseHttps(certificate);
            });
            limits?.Invoke(kestrel.Limits);
        });
        ProbeServer? server = null;
        builder.Services.AddSingleton<Traces>();
        builder.Services.AddGrpc(options => grpc?.Invoke(options));
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks(options => options.Services.Map("mindbridge.probe.Probe", check => check.Name == "probe"))
            .AddCheck("probe", () => server!.IsHealthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        var application = builder.Build();
        application.MapGrpcService<ProbeService>();
        application.MapGrpcReflectionService();
        application.MapGrpcHealthChecksService();
        application.MapGet("/plain", () => "not gRPC");
        await application.StartAsync();
        return server = new ProbeServer(application, certificate);
    }

    /// <summary>A channel to the plain port.</summary>
    public GrpcChannel Channel(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(Plain, options);
    }

    /// <summary>A handler that trusts this server's certificate and no other.</summary>
    public SocketsHttpHandler Trusting() => new()
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _certificate.GetCertHashString() },
    };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _certificate.Dispose();
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}

/// <summary>One server with the usual options for every test that needs nothing special.</summary>
public sealed class UsualServer : IAsyncLifetime
{
    public ProbeServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ProbeServer.StartAsync(grpc =>
    {
        grpc.MaxReceiveMessageSize = 32 * 1024 * 1024;
        grpc.ResponseCompressionAlgorithm = "gzip";
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
