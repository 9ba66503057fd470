using Grpc.Net.Client;
using MindBridge.Platform.Services;

namespace MindBridge.Evaluator.Dashboard.Calling;

/// <summary>One channel to each service, shared by everybody who is signed in.</summary>
internal sealed class ServiceChannels(ServiceAddresses addresses) : IDisposable
{
    private readonly Dictionary<string, Lazy<GrpcChannel>> channels = new(StringComparer.Ordinal)
    {
        ["edit-registry"] = Channel(addresses.EditRegistry),
        ["encoder-trainer"] = Channel(addresses.EncoderTrainer),
        ["bridge-trainer"] = Channel(addresses.BridgeTrainer),
        ["inference"] = Channel(addresses.Inference),
        ["evaluator"] = Channel(addresses.Evaluator),
    };

    /// <summary>The services' names.</summary>
    public IEnumerable<string> Services => channels.Keys;

    /// <summary>The key with which services call one another.</summary>
    public string ServiceKey => addresses.Key;

    public GrpcChannel To(string service) => channels[service].Value;

    public void Dispose()
    {
        foreach (var channel in channels.Values.Where(channel => channel.IsValueCreated)) channel.Value.Dispose();
    }

    private static Lazy<GrpcChannel> Channel(string address) => new(() => GrpcChannel.ForAddress(address));
}
