using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>Scores probes where users' prompts are answered too: what inference would say with this bridge as its champion.</summary>
internal sealed class BridgeScoring(ServiceClients services)
{
    /// <summary>One outcome a probe, in their order; null where the protocol says nothing of it.</summary>
    public async Task<IReadOnlyList<Wire.ScoredProbe?>> ScoreAsync(string tenant, Wire.Target target, string protocol, IReadOnlyList<Probe> probes, CancellationToken cancellationToken)
    {
        using var call = services.Inference(tenant).Score(cancellationToken: cancellationToken);
        var request = new Wire.ScoreRequest { Target = target, Protocol = protocol };
        request.Probes.AddRange(probes.Select(p => new Wire.Probe { Kind = (Wire.ProbeKind)p.Kind, Prompt = p.Prompt, Answer = p.Answer, OldAnswer = p.OldAnswer ?? "", EditId = p.EditId ?? "" }));
        await call.RequestStream.WriteAsync(request, cancellationToken);
        await call.RequestStream.CompleteAsync();
        var outcomes = new Wire.ScoredProbe?[probes.Count];
        while (await call.ResponseStream.MoveNext(cancellationToken)) outcomes[call.ResponseStream.Current.Index] = call.ResponseStream.Current;
        return outcomes;
    }
}
