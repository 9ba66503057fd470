using System.Text.Json;
using MindBridge.LocalServers;

namespace MindBridge.Cli.Platform;

/// <summary>Where the local platform's services listen and which keys open them; kept in <c>platform.json</c>, which only its owner may read.</summary>
internal sealed record PlatformFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>By service.</summary>
    public required IReadOnlyDictionary<string, ServiceAddress> Services { get; init; }

    /// <summary>With which the services call one another.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>An operator's, of the tenant "default".</summary>
    public required string OperatorKey { get; init; }

    /// <summary>A Postgres of the user's; null for one of the platform's own.</summary>
    public string? Postgres { get; init; }

    /// <summary>A RabbitMQ of the user's; null for one of the platform's own.</summary>
    public string? RabbitMq { get; init; }

    /// <summary>The base model of memory encoders.</summary>
    public required string EncoderBase { get; init; }

    /// <summary>A file of general sentences for training, one a line; null for the shipped ones.</summary>
    public string? Prefixes { get; init; }

    /// <exception cref="IOException">There is none, or it is damaged.</exception>
    public static PlatformFile Read(PlatformHome home)
    {
        if (!File.Exists(home.Settings)) throw new IOException($"no platform has been started below {home.Folder}; start it with `mindbridge up`, or name its folder with --home or MINDBRIDGE_HOME");
        try
        {
            return JsonSerializer.Deserialize<PlatformFile>(File.ReadAllText(home.Settings), Json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new IOException($"{home.Settings} is damaged ({e.Message}); remove it and run `mindbridge up` again: data and artifacts stay, keys are made anew", e);
        }
    }

    public Task WriteAsync(PlatformHome home, CancellationToken cancellationToken) => SecretFile.WriteAsync(home.Settings, JsonSerializer.Serialize(this, Json), cancellationToken);
}

/// <summary>Where a service listens.</summary>
/// <param name="Rest">HTTP/1.1: REST and health.</param>
/// <param name="Grpc">HTTP/2: gRPC.</param>
internal sealed record ServiceAddress(string Rest, string Grpc);
