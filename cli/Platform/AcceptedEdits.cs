using System.Collections.Concurrent;
using Grpc.Core;
using MindBridge.Cli.World;
using MindBridge.Contracts.V1;

namespace MindBridge.Cli.Platform;

/// <summary>The edits of a chaos run: the demo's corrections, one after another, and which of them the registry accepted. An edit that was accepted must be served in the end.</summary>
internal sealed class AcceptedEdits(PlatformClients clients, string memory, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<Edit> waiting = new(All(DemoWorld.Load(), seed));
    private readonly ConcurrentDictionary<string, bool> accepted = new(StringComparer.Ordinal);
    private int poisons;

    /// <summary>How many the registry acknowledged.</summary>
    public int Count => accepted.Count;

    /// <summary>The keys that it acknowledged.</summary>
    public IEnumerable<string> Keys => accepted.Keys;

    /// <summary>How many corrections have not been sent.</summary>
    public int Left => waiting.Count;

    /// <summary>Sends the next corrections until they are acknowledged, or until it is cancelled.</summary>
    public Task SubmitAsync(int count, CancellationToken cancellationToken) => SendAsync([.. Enumerable.Range(0, count).Select(_ => waiting.TryDequeue(out var edit) ? edit : null).OfType<Edit>()], cancellationToken);

    /// <summary>Sends an edit that no encoder can read. It must be named with its reason, and not keep its neighbours from being trained.</summary>
    public Task SubmitPoisonAsync(CancellationToken cancellationToken)
    {
        var subject = $"Nobody {Interlocked.Increment(ref poisons)}";
        return SendAsync([new Edit { ClientKey = $"{Poison}{subject}", Subject = subject, Relation = "home", Object = "Rome", Prompt = string.Join(' ', Enumerable.Repeat($"{subject} lives in", 150)) }], cancellationToken);
    }

    /// <summary>What the keys of poisonous edits begin with.</summary>
    public const string Poison = "poison/";

    private static IEnumerable<Edit> All(DemoWorld world, int seed) => DemoCorrections.Draw(world, DemoCorrections.MostOf(world), seed).AsSubmitted();

    private async Task SendAsync(IReadOnlyList<Edit> edits, CancellationToken cancellationToken)
    {
        while (edits.Count > 0 && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                var reply = await clients.Registry.SubmitEditsAsync(new SubmitEditsRequest { Memory = memory, Edits = { edits } }, deadline: DateTime.UtcNow + Patience, cancellationToken: CancellationToken.None);
                foreach (var edit in reply.Edits) accepted[edits[(int)edit.Row - 1].ClientKey] = true;
                return;
            }
            catch (RpcException)
            {
                // Unanswered, so unknown; the same client keys again change nothing.
                await Task.Delay(1000, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
