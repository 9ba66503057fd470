using System.CommandLine;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using MindBridge.Contracts.V1;

namespace MindBridge.Cli.Platform;

/// <summary>The platform's services as this terminal reaches them, with the operator's key (or that of MINDBRIDGE_KEY).</summary>
internal sealed class PlatformClients : IDisposable
{
    private readonly PlatformFile platform;
    private readonly string key;
    private readonly Dictionary<string, GrpcChannel> channels = new(StringComparer.Ordinal);

    public PlatformClients(PlatformFile platform)
    {
        this.platform = platform;
        key = Environment.GetEnvironmentVariable("MINDBRIDGE_KEY") is { Length: > 0 } own ? own : platform.OperatorKey;
        Rest = new HttpClient { BaseAddress = new Uri(platform.Services[ServiceNames.EditRegistry].Rest), Timeout = TimeSpan.FromHours(1) };
        Rest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The registry's REST API.</summary>
    public HttpClient Rest { get; }

    public Contracts.V1.EditRegistry.EditRegistryClient Registry => new(Invoker(ServiceNames.EditRegistry));

    public EncoderCatalogue.EncoderCatalogueClient Encoders => new(Invoker(ServiceNames.EncoderTrainer));

    public BridgeCatalogue.BridgeCatalogueClient Bridges => new(Invoker(ServiceNames.BridgeTrainer));

    public Contracts.V1.Inference.InferenceClient Inference => new(Invoker(ServiceNames.Inference));

    public Contracts.V1.Evaluator.EvaluatorClient Evaluator => new(Invoker(ServiceNames.Evaluator));

    public Operations.OperationsClient OperationsOf(string service) => new(Invoker(service));

    /// <summary>Opens the platform that a command line means.</summary>
    public static PlatformClients Of(ParseResult parsed, Option<DirectoryInfo?> home) => new(PlatformFile.Read(PlatformHome.Of(parsed.GetValue(home))));

    public void Dispose()
    {
        Rest.Dispose();
        foreach (var channel in channels.Values) channel.Dispose();
    }

    private CallInvoker Invoker(string service)
    {
        if (!channels.TryGetValue(service, out var channel)) channels[service] = channel = GrpcChannel.ForAddress(platform.Services[service].Grpc);
        return channel.Intercept(metadata =>
        {
            metadata.Add("authorization", "Bearer " + key);
            return metadata;
        });
    }
}
