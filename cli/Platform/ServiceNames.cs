namespace MindBridge.Cli.Platform;

/// <summary>The five services, in the order in which they start.</summary>
internal static class ServiceNames
{
    public const string EditRegistry = "edit-registry", EncoderTrainer = "encoder-trainer", BridgeTrainer = "bridge-trainer", Inference = "inference", Evaluator = "evaluator";

    public static readonly IReadOnlyList<string> All = [EditRegistry, Inference, EncoderTrainer, BridgeTrainer, Evaluator];

    /// <summary>Those that keep data of their own.</summary>
    public static readonly IReadOnlyList<string> WithDatabase = [EditRegistry, EncoderTrainer, BridgeTrainer, Evaluator];

    /// <summary>The ports of a service's REST and gRPC, unless they are taken.</summary>
    public static (int Http, int Grpc) PortsOf(string service)
    {
        var first = service switch { EditRegistry => 5101, EncoderTrainer => 5111, BridgeTrainer => 5121, Inference => 5131, _ => 5141 };
        return (first, first + 1);
    }
}
