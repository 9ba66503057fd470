using Grpc.Core;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Platform.Security;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>Models by OpenAI's one name: LLM, LLM@MEMORY, LLM@MEMORY:ALIAS or LLM@MEMORY:BRIDGE.</summary>
internal sealed class ModelNames(LlmCatalogue catalogue, Deployments deployments, ServiceClients services)
{
    private const int BridgeIdLength = 64;

    /// <summary>What a name stands for.</summary>
    public Wire.Target Target(string model)
    {
        // An LLM's own name may hold anything; a memory's neither @ nor a colon.
        if (catalogue.InService.Any(v => v.Name == model || v.Title == model)) return new Wire.Target { Llm = model };
        var at = model.LastIndexOf('@');
        if (at < 0) return new Wire.Target { Llm = model };
        var (llm, memory, which) = (model[..at], model[(at + 1)..], "");
        if (memory.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon) (memory, which) = (memory[..colon], memory[(colon + 1)..]);
        if (memory.Length == 0) throw new OpenAiArgumentException("model", $"model is \"{model}\"; give LLM, LLM@MEMORY, LLM@MEMORY:challenger or LLM@MEMORY:BRIDGE");
        var target = new Wire.Target { Llm = llm, Memory = memory };
        if (which.Length == BridgeIdLength) target.BridgeId = which;
        else target.Alias = which;
        return target;
    }

    /// <summary>The names that a caller may use.</summary>
    public async Task<IReadOnlyList<NamedModel>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var versions = catalogue.InService;
        var llms = versions.ToDictionary(v => v.Id, v => versions.Count(o => o.Name == v.Name) == 1 ? v.Name : v.Title);
        var released = versions.ToDictionary(v => v.Id, v => v.ReleasedAt);
        var names = llms.Select(l => new NamedModel(l.Value, released[l.Key])).ToList();
        var seen = deployments.All.Where(d => caller.MaySee(d.Value.Tenant) && llms.ContainsKey(d.Key.Llm)).ToList();
        var memories = seen.Count == 0 || caller.IsForAll ? [] : await MemoriesAsync(caller, cancellationToken);
        foreach (var ((memory, llm), aliases) in seen)
        {
            var name = $"{llms[llm]}@{(memories.TryGetValue(memory, out var known) ? known : memory.ToString())}";
            if (aliases.Champion.Length > 0) names.Add(new NamedModel(name, released[llm]));
            if (aliases.Challenger.Length > 0) names.Add(new NamedModel($"{name}:{Deployments.Challenger}", released[llm]));
            if (aliases.Previous.Length > 0) names.Add(new NamedModel($"{name}:{Deployments.Previous}", released[llm]));
        }

        return [.. names.OrderBy(n => n.Name, StringComparer.Ordinal)];
    }

    private async Task<Dictionary<Guid, string>> MemoriesAsync(Caller caller, CancellationToken cancellationToken)
    {
        try
        {
            var listed = await services.EditRegistry(caller.Tenant).ListMemoriesAsync(new Wire.ListMemoriesRequest(), cancellationToken: cancellationToken);
            return listed.Memories.ToDictionary(m => Guid.Parse(m.Id), m => m.Name);
        }
        catch (RpcException e) when (e.StatusCode is not StatusCode.Cancelled)
        {
            // Without the registry memories go by their ids, which do as well.
            return [];
        }
    }
}

/// <summary>A model as it is listed.</summary>
/// <param name="Name">What it is called by.</param>
/// <param name="Created">When its LLM was released.</param>
internal sealed record NamedModel(string Name, DateTimeOffset Created);
