using Grpc.Core;
using MindBridge.Contracts.V1;

namespace MindBridge.Cli.Platform;

/// <summary>
/// Edits that keep coming to a platform while it is disturbed, one disturbance after another, drawn at random. When they stop it must end by itself with every accepted edit served.
/// </summary>
internal sealed class Chaos(PlatformHome home, PlatformFile platform, SmallDisk disk, IReadOnlyList<string> only, int seed, TimeSpan span, Action<string> tell)
{
    private const int EditsAtOnce = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10), Often = TimeSpan.FromSeconds(4);

    private readonly SortedDictionary<string, int> rounds = new(StringComparer.Ordinal);

    /// <summary>How often each disturbance came.</summary>
    public IReadOnlyDictionary<string, int> Rounds => rounds;

    /// <summary>Runs it.</summary>
    /// <returns>What is wrong at the end, a sentence each; nothing when all is well.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        using var clients = new PlatformClients(platform);
        var memory = (await clients.Registry.CreateMemoryAsync(
            new CreateMemoryRequest { Name = "chaos", Settings = new MemorySettings { CommitAfterSeconds = 2, CommitAfterCount = 1000, LeastRel = 0, LeastGen = 0, LeastLoc = 0 } }, cancellationToken: cancellationToken)).Id;
        var edits = new AcceptedEdits(clients, memory, seed);
        var random = new Random(seed);
        var tap = new EventTap(platform.RabbitMq ?? LocalServers.LocalRabbitMq.AddressOf(home.RabbitMq));
        await tap.ListenAsync(cancellationToken);
        var disturbances = new Disturbances(home, clients, memory, edits, tap, new TwinWorkers(home), disk, random);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(span);
        await Task.WhenAll(SubmitAsync(edits, stop.Token), DisturbAsync(disturbances, random, stop.Token));
        cancellationToken.ThrowIfCancellationRequested();
        tell($"{rounds.Values.Sum()} disturbances, {edits.Count} edits accepted; now it must end by itself");
        return [.. disturbances.Wrong, .. await EndAsync(clients, memory, edits, cancellationToken)];
    }

    private async Task SubmitAsync(AcceptedEdits edits, CancellationToken cancellationToken)
    {
        // There is something to lose until the end.
        var pause = TimeSpan.FromSeconds(Math.Max(Often.TotalSeconds, 2 * EditsAtOnce * span.TotalSeconds / edits.Left));
        while (!cancellationToken.IsCancellationRequested)
        {
            await edits.SubmitAsync(EditsAtOnce, cancellationToken);
            await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DisturbAsync(Disturbances disturbances, Random random, CancellationToken cancellationToken)
    {
        var names = Disturbances.All.Select(d => d.Name).Where(name => only.Count == 0 || only.Contains(name)).ToArray();
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = names[random.Next(names.Length)];
            if (await disturbances.RunAsync(next, cancellationToken) is { } done)
            {
                rounds[next] = rounds.GetValueOrDefault(next) + 1;
                tell(next == "kill" ? done : $"{next}: {done}");
            }
            else await Task.Delay(500, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlyList<string>> EndAsync(PlatformClients clients, string memory, AcceptedEdits edits, CancellationToken cancellationToken)
    {
        var (began, status) = (TimeProvider.System.GetTimestamp(), (PlatformStatus?)null);
        while (status?.Memories is not [{ Settled: true }] || status.Jobs.Any(j => j.State is "waiting" or "running"))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience) return [$"it had not ended {Patience.TotalMinutes:0} minutes after the last disturbance: {(status is null ? "a service does not answer" : StatusCommand.AsJson(status))}"];
            await Task.Delay(500, cancellationToken);
            try
            {
                status = await PlatformStatus.ReadAsync(clients, memory, cancellationToken);
            }
            catch (RpcException)
            {
                // A service that was killed last is still coming up.
            }
        }

        var wrong = new List<string>();
        var recorded = new List<string>();
        using (var standing = clients.Registry.ReadEdits(new ReadEditsRequest { Memory = memory }, cancellationToken: cancellationToken))
            await foreach (var edit in standing.ResponseStream.ReadAllAsync(cancellationToken)) recorded.Add(edit.Edit.ClientKey);
        if (edits.Keys.Except(recorded, StringComparer.Ordinal).FirstOrDefault() is { } lost) wrong.Add($"the accepted edit {lost} is not in the registry");
        if (recorded.Distinct(StringComparer.Ordinal).Count() != recorded.Count) wrong.Add("an edit was recorded twice");
        var set = (await clients.Encoders.ListEncoderSetsAsync(new ListEncoderSetsRequest { MemoryId = memory }, cancellationToken: cancellationToken)).Sets.Single();
        var (held, poison) = (set.Parts.Sum(p => p.EditCount), recorded.Count(key => key.StartsWith(AcceptedEdits.Poison, StringComparison.Ordinal)));
        if (held != recorded.Count - poison) wrong.Add($"the encoders hold {held} edits of {recorded.Count}, {poison} of which cannot be trained");
        var bridges = (await clients.Bridges.ListBridgesAsync(new ListBridgesRequest { MemoryId = memory, History = true }, cancellationToken: cancellationToken)).Bridges;
        foreach (var twice in bridges.GroupBy(b => (b.LlmId, string.Join('+', b.EncoderIds))).Where(g => g.Select(b => b.BridgeId).Distinct(StringComparer.Ordinal).Count() > 1))
            wrong.Add($"one set of encoders has {twice.Count()} bridges to one LLM");
        wrong.AddRange(status.Jobs.Where(j => j.State == "parked").Select(j => $"{j.Service} parked {j.Kind}: {j.Reason}"));
        var served = (await clients.Inference.ListServedAsync(new ListServedRequest(), cancellationToken: cancellationToken)).Served.Where(s => s.MemoryId == memory).ToList();
        foreach (var llm in status.Memories[0].Llms.Where(l => served.All(s => s.LlmId != l.Id || s.BridgeId != l.Champion))) wrong.Add($"inference does not serve the champion of {llm.Llm}");
        return wrong;
    }
}
