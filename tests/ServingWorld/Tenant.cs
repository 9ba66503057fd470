using Grpc.Core;
using Grpc.Net.Client;
using MindBridge.Contracts.V1;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.ServingWorld;

/// <summary>A caller with every service's client.</summary>
public sealed class Tenant(ServingPlatform platform, string name, string key, string operatorKey, string adminKey)
{
    public string Name => name;

    public string Key => key;

    public Metadata Headers { get; } = new() { { "authorization", $"Bearer {key}" } };

    public Metadata AsOperator { get; } = new() { { "authorization", $"Bearer {operatorKey}" } };

    public Metadata AsAdmin { get; } = new() { { "authorization", $"Bearer {adminKey}" } };

    public Wire.EditRegistry.EditRegistryClient Registry { get; } = new(platform.Channel(platform.Addresses.EditRegistry));

    public Wire.Inference.InferenceClient Inference { get; } = new(platform.Channel(platform.Addresses.Inference));

    public Wire.Evaluator.EvaluatorClient Evaluator { get; } = new(platform.Channel(platform.Addresses.Evaluator));

    /// <summary>A memory whose gate lets everything through, unless said otherwise.</summary>
    public async Task<Guid> MemoryAsync(string memory = "facts", double least = 0) => Guid.Parse((await Registry.CreateMemoryAsync(
        new CreateMemoryRequest { Name = memory, Settings = new MemorySettings { CommitAfterCount = 1_000_000, CommitAfterSeconds = 3600, LeastRel = least, LeastGen = least, LeastLoc = least } }, Headers)).Id);

    /// <summary>An answer in pieces.</summary>
    public async Task<IReadOnlyList<GeneratedPiece>> PiecesAsync(GenerateRequest request, CancellationToken cancellationToken = default, Wire.Inference.InferenceClient? at = null)
    {
        using var call = (at ?? Inference).Generate(request, Headers, cancellationToken: cancellationToken);
        var pieces = new List<GeneratedPiece>();
        while (await call.ResponseStream.MoveNext(cancellationToken)) pieces.Add(call.ResponseStream.Current);
        return pieces;
    }

    /// <summary>A first complete answer.</summary>
    public async Task<Answer> AskAsync(string prompt, Guid? memory = null, string bridge = "", string llm = ServingPlatform.Llm, Wire.Inference.InferenceClient? at = null)
    {
        var pieces = await PiecesAsync(new GenerateRequest { Target = new Target { Llm = llm, Memory = memory?.ToString() ?? "", BridgeId = bridge }, Prompt = prompt, MaxTokens = 24, NaturalStop = true }, at: at);
        return new Answer(string.Concat(pieces.Select(p => p.Text)).Trim(), pieces[0].BridgeId, [.. pieces[0].EncoderIds], pieces[0].Edited);
    }

    /// <summary>The only deployment of a memory.</summary>
    public async Task<Deployment?> DeploymentAsync(Guid memory) =>
        (await Evaluator.ListDeploymentsAsync(new ListDeploymentsRequest { MemoryId = memory.ToString() }, Headers)).Deployments.SingleOrDefault();
}

/// <summary>What was answered, and by what.</summary>
public sealed record Answer(string Text, string Bridge, IReadOnlyList<string> Encoders, bool Edited);
