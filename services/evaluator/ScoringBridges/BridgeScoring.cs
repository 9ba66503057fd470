using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>Scores probes where users' prompts are answered too: what inference would say with this bridge as its champion.</summary>
internal sealed class BridgeScoring(ServiceClients services)
{
    /// <summary>One outcome a probe, in their order; null where the protocol says nothing of it.</summary>
    public async Task<IReadOnlyList<Wire.ScoredProbe?>> ScoreAsync(string tenant, Wire.Target target, string protocol, IReadOnlyList<Wire.Probe> probes, CancellationToken cancellationToken)
    {
        using var call = services.Inference(tenant).Score(cancellationToken: cancellationToken);
        await call.RequestStream.WriteAsync(new Wire.ScoreRequest { Target = target, Protocol = protocol, Probes = { probes } }, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var outcomes = new Wire.ScoredProbe?[probes.Count];
        while (await call.ResponseStream.MoveNext(cancellationToken)) outcomes[call.ResponseStream.Current.Index] = call.ResponseStream.Current;
        return outcomes;
    }

    /// <summary>A probe as inference reads it.</summary>
    public static Wire.Probe Wired(Probe probe) => new() { Kind = (Wire.ProbeKind)probe.Kind, Prompt = probe.Prompt, Answer = probe.Answer, OldAnswer = probe.OldAnswer ?? "", EditId = probe.EditId ?? "" };
}
