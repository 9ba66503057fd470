using Grpc.Core;
using MindBridge.Inference.Explaining;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.Generating;
using MindBridge.Inference.MappingFeatures;
using MindBridge.Inference.ScoringProbes;
using MindBridge.Inference.TakingTurns;
using MindBridge.Inference.TryingChallengers;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.Rpc;

/// <summary>Inference over gRPC: each call finds what answers it, and hands over.</summary>
internal sealed class InferenceService(Targets targets, Generation generation, WatchedAnswers answers, ProbeScoring scoring, FeatureMapping mapping, Explainer explainer, Champions champions, RequestTimes times) : Wire.Inference.InferenceBase
{
    /// <summary>Names what answered a stream of scores, which has no field for it.</summary>
    public const string BridgeHeader = "mindbridge-bridge", EncodersHeader = "mindbridge-encoders";

    public override Task Generate(Wire.GenerateRequest request, IServerStreamWriter<Wire.GeneratedPiece> responseStream, ServerCallContext context) => WithinAsync(context, async time =>
    {
        var caller = CallerOf(context);
        using var answering = await targets.FindAsync(request.Target, caller, time.Token, request.User.Length > 0 ? request.User : request.Prompt);
        var asked = WireForms.Text(request);
        var prepared = await generation.PrepareAsync(answering, asked, time);
        var first = true;
        await foreach (var piece in answers.RunAsync(answering, asked, prepared, caller.Tenant, time))
        {
            var made = WireForms.Piece(piece);
            if (first)
            {
                (made.BridgeId, made.Edited, first) = (answering.BridgeId, prepared.IsEdited, false);
                made.EncoderIds.AddRange(answering.EncoderIds);
            }

            await responseStream.WriteAsync(made);
        }

        return true;
    });

    public override Task Score(IAsyncStreamReader<Wire.ScoreRequest> requestStream, IServerStreamWriter<Wire.ScoredProbe> responseStream, ServerCallContext context) => RefusingAsync(async () =>
    {
        var (caller, cancelled) = (CallerOf(context), context.CancellationToken);
        if (!await NextAsync()) throw new ArgumentException("the stream is empty; name the target, the protocol and a probe in its first message");
        var protocol = requestStream.Current.Protocol == GeneralAbility.Name ? null : Protocol.Named(requestStream.Current.Protocol);
        using var answering = await WithinAsync(context, time => targets.FindAsync(requestStream.Current.Target, caller, time.Token));
        if (answering.Served is not null) await context.WriteResponseHeadersAsync(new Metadata { { BridgeHeader, answering.BridgeId }, { EncodersHeader, string.Join(',', answering.EncoderIds) } });
        var before = 0;
        do
        {
            var asked = requestStream.Current.Probes;
            var outcomes = protocol is null
                ? scoring.ScoreAsync(answering, [.. asked.Select((item, i) => WireForms.Item(item, before + i))], caller.Tenant, cancelled)
                : scoring.ScoreAsync(answering, protocol, [.. asked.Select((probe, i) => WireForms.Probe(probe, before + i))], caller.Tenant, cancelled);
            await foreach (var outcome in outcomes)
                await responseStream.WriteAsync(new Wire.ScoredProbe { Index = before + outcome.Index, Value = outcome.Value, Before = outcome.Before, After = outcome.After, BaseValue = outcome.Base, Edited = outcome.Edited });
            before += asked.Count;
        }
        while (await NextAsync());
        return true;

        // A caller who sends nothing more must not hold what answers for ever.
        Task<bool> NextAsync() => WithinAsync(context, time => requestStream.MoveNext(time.Token));
    });

    public override Task<Wire.MappedFeatures> MapFeatures(Wire.MapFeaturesRequest request, ServerCallContext context) => WithinAsync(context, async time =>
    {
        var caller = CallerOf(context);
        using var answering = await targets.FindAsync(request.Target, caller, time.Token);
        return await mapping.MapAsync(answering, request.Shard, request.Prompts, caller.Tenant, time.Token);
    });

    public override Task<Wire.Explanation> Explain(Wire.ExplainRequest request, ServerCallContext context) => WithinAsync(context, async time =>
    {
        var caller = CallerOf(context);
        using var answering = await targets.FindAsync(request.Target, caller, time.Token);
        return await explainer.ExplainAsync(answering, request.Prompt, caller.Tenant, time);
    });

    public override Task<Wire.ListServedReply> ListServed(Wire.ListServedRequest request, ServerCallContext context)
    {
        var (caller, reply) = (CallerOf(context), new Wire.ListServedReply());
        foreach (var (use, sequence) in champions.Serving())
            using (use)
                if (caller.MaySee(use.Value.Manifest.TenantId)) reply.Served.Add(WireForms.Served(use.Value, sequence));
        return Task.FromResult(reply);
    }

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext().User);

    private async Task<T> WithinAsync<T>(ServerCallContext context, Func<RequestTime, Task<T>> call)
    {
        using var time = times.Begin(context.CancellationToken);
        return await RefusingAsync(() => time.WithinAsync(() => call(time)));
    }

    // The refusals that the platform has no exception for.
    private static async Task<T> RefusingAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (BusyException e)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, e.Message));
        }
        catch (OutOfTimeException e)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, e.Message));
        }
    }
}
