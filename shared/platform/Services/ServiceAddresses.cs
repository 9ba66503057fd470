namespace MindBridge.Platform.Services;

/// <summary>Where the other services are reached, by gRPC; the configuration section <c>Services</c>.</summary>
public sealed record ServiceAddresses
{
    public string EditRegistry { get; init; } = "http://127.0.0.1:5102";

    public string EncoderTrainer { get; init; } = "http://127.0.0.1:5112";

    public string BridgeTrainer { get; init; } = "http://127.0.0.1:5122";

    public string Inference { get; init; } = "http://127.0.0.1:5132";

    public string Evaluator { get; init; } = "http://127.0.0.1:5142";

    /// <summary>The API key of the role "service" with which the platform's services call one another.</summary>
    public string Key { get; init; } = "";
}
