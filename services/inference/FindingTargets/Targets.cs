using Grpc.Core;
using MindBridge.Inference.FollowingPromotions;
using MindBridge.Inference.Keeping;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.LoadingLlms;
using MindBridge.Inference.TryingChallengers;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.FindingTargets;

/// <summary>From what a request names to what answers it.</summary>
internal sealed class Targets(LlmCatalogue catalogue, MemoryNames memories, Champions champions, Deployments deployments, BridgeManifests manifests, LoadedBridges bridges, TrafficReports reports)
{
    /// <exception cref="KeyNotFoundException">LLM, memory or bridge do not exist, or are not the caller's.</exception>
    /// <exception cref="RefusedNowException">The memory has no champion on the LLM yet, or what is needed cannot be loaded.</exception>
    /// <param name="target">What is asked.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <param name="user">Decides, where a challenger is tried on a part of the users, who answers: the user, or, where that is not told, the prompt. Null: the champion, whatever is tried.</param>
    public async Task<Answering> FindAsync(Wire.Target? target, Caller caller, CancellationToken cancellationToken, string? user = null)
    {
        if (target is null) throw new ArgumentException("target is missing; name an LLM, and a memory where its edits shall speak");
        if (target.Memory.Length == 0 && target.BridgeId.Length > 0) throw new ArgumentException("target names a bridge and no memory; name the memory it belongs to");
        if (target.Memory.Length == 0 && target.Alias.Length > 0) throw new ArgumentException($"target names the alias \"{target.Alias}\" and no memory; name the memory it belongs to");
        if (target.BridgeId.Length > 0 && target.Alias.Length > 0) throw new ArgumentException("target names a bridge and an alias; give one of them");
        var version = await catalogue.FindAsync(target.Llm, cancellationToken);
        (Use<Served>? Use, string? Trace) served = target.Memory.Length == 0 ? (null, null) : await ServedAsync(target, version, caller, user, cancellationToken);
        try
        {
            return new Answering(await catalogue.UseAsync(version, cancellationToken), served.Use, served.Trace);
        }
        catch
        {
            served.Use?.Dispose();
            throw;
        }
    }

    private async Task<(Use<Served> Use, string? Trace)> ServedAsync(Wire.Target target, LlmVersion version, Caller caller, string? user, CancellationToken cancellationToken)
    {
        var memory = await memories.FindAsync(target.Memory, caller, cancellationToken);
        if (target.BridgeId.Length > 0) return (await NamedAsync(target.BridgeId, target.Memory, memory, version, caller, cancellationToken), null);
        if (target.Alias is not ("" or Deployments.Champion))
        {
            var bridge = deployments.Find(memory, version.Id, target.Alias);
            if (bridge is null && !champions.AreKnown) throw NotKnownYet(target.Memory);
            return (await NamedAsync(bridge ?? throw new RefusedNowException($"memory \"{target.Memory}\" has no {target.Alias} on {version.Title}"), target.Memory, memory, version, caller, cancellationToken), null);
        }

        if (champions.TryFind(memory, version.Id, out var slot))
        {
            if (!caller.MaySee(slot.Tenant)) throw MemoryNames.Unknown(target.Memory);
            if (user is not null && target.Alias.Length == 0 && await TriedAsync(target.Memory, memory, version, caller, user, cancellationToken) is { } tried) return (tried, null);
            return await slot.UseAsync(cancellationToken);
        }

        if (!champions.AreKnown) throw NotKnownYet(target.Memory);
        throw new RefusedNowException($"memory \"{target.Memory}\" has no champion on {version.Title} yet; wait until a bridge has passed its gate, or promote one by hand");
    }

    // The challenger, where it is tried on this user and can be loaded.
    private async Task<Use<Served>?> TriedAsync(string named, Guid memory, LlmVersion version, Caller caller, string user, CancellationToken cancellationToken)
    {
        if (!deployments.All.TryGetValue((memory, version.Id), out var aliases) || Trial.ChallengerFor(aliases, memory, user) is not { } challenger) return null;
        try
        {
            return await NamedAsync(challenger, named, memory, version, caller, cancellationToken);
        }
        catch (Exception e) when (e is RefusedNowException or KeyNotFoundException)
        {
            // Its users get the champion's answers meanwhile.
            reports.Count(aliases, memory, version.Id, challenger, failed: true, TimeSpan.Zero);
            return null;
        }
    }

    private static RpcException NotKnownYet(string memory) =>
        new(new Status(StatusCode.Unavailable, $"it is not known yet which bridge serves memory \"{memory}\", since the evaluator has not answered; try again in a moment"));

    private async Task<Use<Served>> NamedAsync(string bridgeId, string named, Guid memory, LlmVersion version, Caller caller, CancellationToken cancellationToken)
    {
        // Whose it is, is told from the manifest, before anything is loaded for somebody who may not see it.
        var unknown = new KeyNotFoundException($"memory \"{named}\" has no bridge {bridgeId} on {version.Title}; list its evaluations for bridges");
        try
        {
            var manifest = await manifests.ReadAsync(bridgeId, cancellationToken);
            if (!caller.MaySee(manifest.TenantId) || manifest.MemoryId != memory || manifest.LlmId != version.Id) throw unknown;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            throw unknown;
        }

        try
        {
            return await bridges.UseAsync(bridgeId, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            throw new RefusedNowException($"bridge {bridgeId} cannot be loaded: {e.Message}");
        }
    }
}
