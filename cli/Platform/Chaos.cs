using System.Runtime.InteropServices;
using Grpc.Core;
using MindBridge.Cli.World;
using MindBridge.Contracts.V1;
using MindBridge.LocalServers;

namespace MindBridge.Cli.Platform;

/// <summary>
/// Edits that keep coming to a platform, and `kill -9` of any of its processes at random moments, Postgres and RabbitMQ included. When the killing stops it
/// must end by itself with every accepted edit served.
/// </summary>
internal sealed class Chaos(PlatformHome home, PlatformFile platform, int seed, TimeSpan span, Action<string> tell)
{
    private const int Kill = 9, EditsAtOnce = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10), BetweenSubmissions = TimeSpan.FromSeconds(4);

    private readonly HashSet<string> accepted = new(StringComparer.Ordinal);
    private int kills;

    /// <summary>Runs it.</summary>
    /// <returns>What is wrong at the end, a sentence each; nothing when all is well.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        using var clients = new PlatformClients(platform);
        var memory = (await clients.Registry.CreateMemoryAsync(
            new CreateMemoryRequest { Name = "chaos", Settings = new MemorySettings { CommitAfterSeconds = 2, CommitAfterCount = 1000, LeastRel = 0, LeastGen = 0, LeastLoc = 0 } }, cancellationToken: cancellationToken)).Id;
        var corrections = DemoCorrections.Draw(DemoWorld.Load(), 300, seed).AsSubmitted().ToList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(span);
        await Task.WhenAll(SubmitAsync(clients, memory, corrections, stop.Token), KillAsync(stop.Token));
        cancellationToken.ThrowIfCancellationRequested();
        tell($"{kills} processes were killed, {accepted.Count} edits accepted; now it must end by itself");
        return await EndAsync(clients, memory, cancellationToken);
    }

    private async Task SubmitAsync(PlatformClients clients, string memory, List<Edit> edits, CancellationToken cancellationToken)
    {
        for (var next = 0; next < edits.Count && !cancellationToken.IsCancellationRequested;)
        {
            var part = edits.Skip(next).Take(EditsAtOnce).ToList();
            try
            {
                var reply = await clients.Registry.SubmitEditsAsync(new SubmitEditsRequest { Memory = memory, Edits = { part } }, deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: CancellationToken.None);
                foreach (var edit in reply.Edits) accepted.Add(part[(int)edit.Row - 1].ClientKey);
                next += part.Count;
            }
            catch (RpcException)
            {
                // Unanswered, so unknown; the same client keys again change nothing.
            }

            await Task.Delay(BetweenSubmissions, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KillAsync(CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + (9 * random.NextDouble())), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return;
            var victims = home.Noted().Where(p => p.Name is not ("supervisor" or "epmd") && ServerProcess.IsOurs(p.Id, PlatformHome.Mark, home.Folder)).OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
            if (victims.Count == 0) continue;
            var (name, id) = victims[random.Next(victims.Count)];
            tell($"kill -9 {name}");
            _ = Signal(-id, Kill);
            kills++;
        }
    }

    private async Task<IReadOnlyList<string>> EndAsync(PlatformClients clients, string memory, CancellationToken cancellationToken)
    {
        var (began, status) = (TimeProvider.System.GetTimestamp(), (PlatformStatus?)null);
        while (status?.Memories is not [{ Settled: true }] || status.Jobs.Any(j => j.State is "waiting" or "running"))
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience) return [$"it had not ended {Patience.TotalMinutes:0} minutes after the last kill: {(status is null ? "a service does not answer" : StatusCommand.AsJson(status))}"];
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
        if (accepted.Except(recorded, StringComparer.Ordinal).FirstOrDefault() is { } lost) wrong.Add($"the accepted edit {lost} is not in the registry");
        if (recorded.Distinct(StringComparer.Ordinal).Count() != recorded.Count) wrong.Add("an edit was recorded twice");
        var set = (await clients.Encoders.ListEncoderSetsAsync(new ListEncoderSetsRequest { MemoryId = memory }, cancellationToken: cancellationToken)).Sets.Single();
        if (set.Parts.Sum(p => p.EditCount) != recorded.Count) wrong.Add($"the encoders hold {set.Parts.Sum(p => p.EditCount)} edits of {recorded.Count}");
        var bridges = (await clients.Bridges.ListBridgesAsync(new ListBridgesRequest { MemoryId = memory, History = true }, cancellationToken: cancellationToken)).Bridges;
        foreach (var twice in bridges.GroupBy(b => (b.LlmId, string.Join('+', b.EncoderIds))).Where(g => g.Select(b => b.BridgeId).Distinct(StringComparer.Ordinal).Count() > 1))
            wrong.Add($"one set of encoders has {twice.Count()} bridges to one LLM");
        wrong.AddRange(status.Jobs.Where(j => j.State == "parked").Select(j => $"{j.Service} parked {j.Kind}: {j.Reason}"));
        var served = (await clients.Inference.ListServedAsync(new ListServedRequest(), cancellationToken: cancellationToken)).Served.Where(s => s.MemoryId == memory).ToList();
        foreach (var llm in status.Memories[0].Llms.Where(l => served.All(s => s.LlmId != l.Id || s.BridgeId != l.Champion))) wrong.Add($"inference does not serve the champion of {llm.Llm}");
        return wrong;
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
