using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MakingProbeSets;
using MindBridge.Evaluator.MeasuringAbility;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>What bridges must reach, what they are asked, and when.</summary>
internal sealed partial class EvaluatorService
{
    public override async Task<Wire.MemoryGate> GetGate(Wire.GetGateRequest request, ServerCallContext context)
    {
        var memory = WireForms.Id("memory_id", request.MemoryId);
        var (gate, set) = await gates.GetAsync(CallerOf(context), memory, context.CancellationToken);
        return WireForms.Gate(memory, gate, set);
    }

    public override async Task<Wire.ListGatesReply> ListGates(Wire.GetGateRequest request, ServerCallContext context)
    {
        var memory = WireForms.Id("memory_id", request.MemoryId);
        return new Wire.ListGatesReply { Gates = { (await gates.ListAsync(CallerOf(context), memory, context.CancellationToken)).Select(set => WireForms.Gate(memory, set.Gate(), set)) } };
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.MemoryGate> SetGate(Wire.SetGateRequest request, ServerCallContext context)
    {
        var caller = CallerOf(context);
        var memory = WireForms.Id("memory_id", request.MemoryId);
        var rules = request.Rules.Select(r => new GateRule(r.Protocol, r.Figure, r.Least, r.LeastProbes, r.MostDrop)).ToList();
        var set = await gates.SetAsync(caller, memory, rules, request.PromoteByHand, WireForms.Absent(request.Reason), request.Replaces, context.CancellationToken);
        return WireForms.Gate(memory, set.Gate(), set);
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.ImportProbesReply> ImportProbes(IAsyncStreamReader<Wire.ImportProbesRequest> requestStream, ServerCallContext context)
    {
        var caller = CallerOf(context);
        (Guid Memory, string Name)? of = null;
        using var lines = new MemoryStream();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var part = requestStream.Current;
            of ??= (WireForms.Id("memory_id", part.MemoryId), part.Name);
            if (lines.Length + part.Lines.Length > ProbeSetStore.MostBytes) throw new ArgumentException($"the file is larger than {ProbeSetStore.MostBytes} bytes; import it in parts, under several names");
            part.Lines.WriteTo(lines);
        }

        if (of is not { } named) throw new ArgumentException("nothing was sent; name the memory in the first message, and send lines");
        var (set, problems) = await sets.ImportAsync(caller, named.Memory, named.Name, Utf8(lines), context.CancellationToken);
        var reply = new Wire.ImportProbesReply { Problems = { problems.Select(p => new Wire.ProbeProblem { Line = p.Line, Problem = p.Problem }) } };
        if (set is not null) reply.Set = WireForms.ProbeSet(set);
        return reply;
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.ProbeSet> GenerateProbes(Wire.GenerateProbesRequest request, ServerCallContext context) => WireForms.ProbeSet(await generation.GenerateAsync(
        CallerOf(context), WireForms.Id("memory_id", request.MemoryId), request.Name, request.Most, request.Seed, context.CancellationToken));

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.StartedEvaluation> StartEvaluation(Wire.StartEvaluationRequest request, ServerCallContext context)
    {
        var job = await requests.StartAsync(CallerOf(context), request.BridgeId, request.Protocol, WireForms.Absent(request.ProbeSetId), context.CancellationToken);
        return new Wire.StartedEvaluation { Id = job.Id.ToString(), State = job.State.ToString().ToLowerInvariant() };
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.StartedEvaluation> StartAbility(IAsyncStreamReader<Wire.StartAbilityRequest> requestStream, ServerCallContext context)
    {
        var caller = CallerOf(context);
        Wire.StartAbilityRequest? first = null;
        using var lines = new MemoryStream();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var part = requestStream.Current;
            first ??= part;
            if (lines.Length + part.Lines.Length > AbilityItems.MostBytes) throw new ArgumentException($"the questions are larger than {AbilityItems.MostBytes} bytes; ask fewer of them");
            part.Lines.WriteTo(lines);
        }

        if (first is null) throw new ArgumentException("nothing was sent; name memory and LLM in the first message, and send lines");
        var (memory, llm) = (WireForms.Id("memory_id", first.MemoryId), WireForms.Id("llm_id", first.LlmId));
        var job = await abilityRequests.StartAsync(caller, memory, llm, WireForms.Absent(first.BridgeId), new AbilitySettings(first.Seed, first.Data), Utf8(lines), context.CancellationToken);
        return new Wire.StartedEvaluation { Id = job.Id.ToString(), State = job.State.ToString().ToLowerInvariant() };
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Schedule> SetSchedule(Wire.SetScheduleRequest request, ServerCallContext context) => WireForms.Schedule(await schedules.SetAsync(
        CallerOf(context), WireForms.Id("memory_id", request.MemoryId), request.EverySeconds, WireForms.Absent(request.Protocol), WireForms.Absent(request.ProbeSetId), context.CancellationToken));

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Alert> AcknowledgeAlert(Wire.AcknowledgeAlertRequest request, ServerCallContext context) =>
        WireForms.Alert(await alerts.AcknowledgeAsync(CallerOf(context), WireForms.Id("id", request.Id), context.CancellationToken));

    private static string Utf8(MemoryStream lines)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(lines.GetBuffer(), 0, (int)lines.Length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new ArgumentException("the file is no UTF-8 text; save it as UTF-8", e);
        }
    }
}
