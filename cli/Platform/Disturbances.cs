using System.Runtime.InteropServices;
using Grpc.Core;
using MindBridge.Contracts.V1;
using MindBridge.LocalServers;

namespace MindBridge.Cli.Platform;

/// <summary>What <c>chaos</c> does to a platform. A platform that is disturbed must end by itself, so each puts back what a person would have to.</summary>
internal sealed class Disturbances(PlatformHome home, PlatformClients clients, string memory, AcceptedEdits edits, EventTap tap, TwinWorkers twins, SmallDisk disk, Random random)
{
    private const int Kill = 9, Continue = 18, Stop = 19, Crowd = 20;
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(12), BeyondTheLease = ChaosCommand.Lease + TimeSpan.FromSeconds(5);

    private readonly List<string> wrong = [];
    private readonly HashSet<string> fallen = new(StringComparer.Ordinal);
    private bool released;

    /// <summary>What disturbances found amiss, a sentence each.</summary>
    public IReadOnlyList<string> Wrong => wrong;

    /// <summary>What there is, by the name that <c>chaos --only</c> takes.</summary>
    public static IReadOnlyList<(string Name, string What)> All { get; } =
    [
        ("kill", "kill -9 of a process, Postgres and RabbitMQ among them"),
        ("rabbitmq-away", "no RabbitMQ while edits are accepted"),
        ("thrice", "every event twice more, out of order"),
        ("workers-away", "edits committed and an LLM released while there is no worker and no queue"),
        ("pause", "a trainer sleeps beyond its lease, wakes, and meets its successor"),
        ("poison", "an edit that cannot be trained"),
        ("crowd", "twenty transactions at once, with delays of their own"),
        ("truncated", "an artifact cut short for a while"),
        ("disk-full", "no room for artifacts and checkpoints for a while (as root: it mounts a disk of its own)"),
    ];

    /// <summary>Disturbs, and puts back what was taken away, cancelled or not.</summary>
    /// <returns>What was done; null where there was nothing to disturb.</returns>
    public Task<string?> RunAsync(string name, CancellationToken cancellationToken) => name switch
    {
        "kill" => KillAsync(cancellationToken),
        "rabbitmq-away" => WithoutRabbitMqAsync(cancellationToken),
        "thrice" => ThriceAsync(cancellationToken),
        "workers-away" => WithoutWorkersAsync(cancellationToken),
        "pause" => PauseAsync(cancellationToken),
        "poison" => PoisonAsync(cancellationToken),
        "crowd" => CrowdAsync(cancellationToken),
        "truncated" => TruncateAsync(cancellationToken),
        _ => FillDiskAsync(cancellationToken),
    };

    private async Task<string?> KillAsync(CancellationToken cancellationToken)
    {
        await WaitAsync(TimeSpan.FromSeconds(1 + (6 * random.NextDouble())), cancellationToken);
        var victims = Running().Where(p => p.Name is not "epmd" && !TwinWorkers.IsTwin(p.Name)).OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        if (cancellationToken.IsCancellationRequested || victims.Count == 0) return null;
        // Everybody's turn comes before anybody's second.
        if (victims.TrueForAll(v => fallen.Contains(v.Name))) fallen.Clear();
        victims.RemoveAll(v => fallen.Contains(v.Name));
        var (name, id) = victims[random.Next(victims.Count)];
        fallen.Add(name);
        _ = Signal(-id, Kill);
        return $"kill -9 {name}";
    }

    private async Task<string?> WithoutRabbitMqAsync(CancellationToken cancellationToken)
    {
        var (before, left) = (edits.Count, edits.Left);
        if (!await WithoutAsync(name => name is "rabbitmq", limit => edits.SubmitAsync(1, limit), cancellationToken)) return null;
        if (left > 0 && edits.Count == before) wrong.Add("no edit was accepted while RabbitMQ was away");
        return $"{edits.Count - before} edits accepted without RabbitMQ";
    }

    private async Task<string?> ThriceAsync(CancellationToken cancellationToken)
    {
        await WaitAsync(Away / 2, cancellationToken);
        var repeated = cancellationToken.IsCancellationRequested ? 0 : await tap.RepeatAsync(2, random, cancellationToken);
        return repeated == 0 ? null : $"{repeated} events delivered again, twice each";
    }

    private async Task<string?> WithoutWorkersAsync(CancellationToken cancellationToken)
    {
        var before = edits.Count;
        var there = await WithoutAsync(
            name => name is not (ServiceNames.EditRegistry or "postgres" or "rabbitmq" or "epmd"),
            async limit =>
            {
                // As if none had ever run: the queues that wait for them are gone, too.
                await tap.ForgetQueuesAsync(limit);
                await edits.SubmitAsync(2, limit);
                // One more is enough: every commit is bridged to every version.
                released = released || await ReleaseAsync(limit);
            },
            cancellationToken);
        return !there ? null : $"{edits.Count - before} edits accepted without a worker";
    }

    private async Task<string?> PauseAsync(CancellationToken cancellationToken)
    {
        await twins.SeeToThemAsync();
        var trainers = Running().Where(p => TwinWorkers.Kinds.Contains(p.Name)).ToList();
        if (trainers.Count == 0) return null;
        var (name, id) = trainers[random.Next(trainers.Count)];
        // Asleep in the middle of a job, where there is one.
        for (var look = 0; look < 20 && !cancellationToken.IsCancellationRequested && !await IsBusyAsync(name, cancellationToken); look++) await WaitAsync(TimeSpan.FromMilliseconds(500), cancellationToken);
        _ = Signal(-id, Stop);
        await WaitAsync(BeyondTheLease, cancellationToken);
        _ = Signal(-id, Continue);
        return $"{name} slept for {BeyondTheLease.TotalSeconds:0} s, its lease is {ChaosCommand.Lease.TotalSeconds:0} s";
    }

    private async Task<string?> PoisonAsync(CancellationToken cancellationToken)
    {
        await edits.SubmitPoisonAsync(cancellationToken);
        await edits.SubmitAsync(2, cancellationToken);
        return "a prompt too long for the encoder, with two neighbours";
    }

    private async Task<string?> CrowdAsync(CancellationToken cancellationToken)
    {
        var delays = Enumerable.Range(0, Crowd).Select(_ => TimeSpan.FromMilliseconds(random.Next(1500))).ToList();
        await Task.WhenAll(delays.Select(async delay =>
        {
            await WaitAsync(delay, cancellationToken);
            await edits.SubmitAsync(1, cancellationToken);
            try
            {
                await clients.Registry.CommitNowAsync(new CommitNowRequest { Memory = memory }, deadline: DateTime.UtcNow + Away, cancellationToken: CancellationToken.None);
            }
            catch (RpcException)
            {
                // Another committed them already, or the registry is coming up; they are committed when they are due.
            }
        }));
        return $"{Crowd} edits and commits at once";
    }

    private async Task<string?> TruncateAsync(CancellationToken cancellationToken)
    {
        var artifacts = Directory.Exists(home.Artifacts) ? Directory.EnumerateFiles(home.Artifacts, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path).Length == 64).Order(StringComparer.Ordinal).ToList() : [];
        if (artifacts.Count == 0) return null;
        var victim = artifacts[random.Next(artifacts.Count)];
        try
        {
            var whole = await File.ReadAllBytesAsync(victim, CancellationToken.None);
            await using (var file = new FileStream(victim, FileMode.Open, FileAccess.Write)) file.SetLength(whole.Length / 2);
            await WaitAsync(Away, cancellationToken);
            // As a restored copy comes: whole, in one step.
            await File.WriteAllBytesAsync(victim + ".restored", whole, CancellationToken.None);
            File.Move(victim + ".restored", victim, overwrite: true);
            return $"artifact {Path.GetFileName(victim)[..12]} was {whole.Length / 2:N0} of {whole.Length:N0} bytes for {Away.TotalSeconds:0} s";
        }
        catch (FileNotFoundException)
        {
            // A checkpoint that nobody needs any more.
            return null;
        }
    }

    private async Task<string?> FillDiskAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await disk.FillAsync()) return null;
            await edits.SubmitAsync(2, cancellationToken);
            await WaitAsync(Away, cancellationToken);
        }
        finally
        {
            await disk.EmptyAsync();
        }

        return $"the disk of artifacts and checkpoints was full for {Away.TotalSeconds:0} s";
    }

    // The supervisor sleeps, or it would start at once again what is killed. False where the registry is away itself and could accept nothing.
    private async Task<bool> WithoutAsync(Func<string, bool> victims, Func<CancellationToken, Task> meanwhile, CancellationToken cancellationToken)
    {
        if (home.RunningSupervisor() is not { } supervisor || !await AcceptsAsync(cancellationToken)) return false;
        using var limit = new CancellationTokenSource(3 * Away);
        _ = Signal(supervisor, Stop);
        try
        {
            foreach (var (_, id) in Running().Where(p => victims(p.Name)).ToList()) _ = Signal(-id, Kill);
            await meanwhile(limit.Token);
            await WaitAsync(Away, cancellationToken);
        }
        finally
        {
            _ = Signal(supervisor, Continue);
        }

        return true;
    }

    private async Task<bool> AcceptsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await clients.Registry.GetMemoryAsync(new GetMemoryRequest { Memory = memory }, deadline: DateTime.UtcNow + Away, cancellationToken: cancellationToken);
            return true;
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private async Task<bool> ReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ChaosCommand.ReleaseAsync(clients, "2", cancellationToken);
            return true;
        }
        catch (RpcException)
        {
            // The next time, then.
            return false;
        }
    }

    private async Task<bool> IsBusyAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            return (await JobsCommand.AllAsync(clients, "running", cancellationToken)).Any(job => job.Service == service);
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private IEnumerable<(string Name, int Id)> Running() => home.Noted().Where(p => p.Name is not "supervisor" && ServerProcess.IsOurs(p.Id, PlatformHome.Mark, home.Folder));

    private static async Task WaitAsync(TimeSpan span, CancellationToken cancellationToken) => await Task.Delay(span, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
