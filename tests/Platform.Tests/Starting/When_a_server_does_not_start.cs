using System.Net;
using System.Net.Sockets;
using MindBridge.LocalServers;
using Shouldly;

namespace MindBridge.Platform.Tests.Starting;

/// <summary>A server that cannot start is a sentence, and nothing of it stays behind.</summary>
public sealed class When_a_server_does_not_start : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-no-server-").FullName;

    [Fact]
    public async Task A_broker_whose_port_is_taken_says_so_and_leaves_no_process()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var (distribution, mapper) = (FreePort.Find(), FreePort.Find());
        await File.WriteAllTextAsync(Path.Combine(folder, "ports"), $"{((IPEndPoint)other.LocalEndpoint).Port}\n{distribution}\n{mapper}\n", TestContext.Current.CancellationToken);

        (await Should.ThrowAsync<IOException>(() => LocalRabbitMq.OpenAsync(folder, TestContext.Current.CancellationToken))).Message.ShouldStartWith("RabbitMQ ended while it started");

        Of($"-port\0{mapper}\0").ShouldBeEmpty();
        Of(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_killed()
    {
        await using var deaf = ServerProcess.Start("Deaf", null, "sleep", ["1000"]);

        (await Should.ThrowAsync<IOException>(() => deaf.UntilAsync(_ => Task.FromResult(false), TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken)))
            .Message.ShouldStartWith("Deaf did not answer within");

        deaf.Ended.IsCompleted.ShouldBeTrue();
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // Command lines of running processes that hold a text.
    private static List<string> Of(string text)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(name => int.TryParse(Path.GetFileName(name), out _)))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(process, "cmdline"));
                if (line.Contains(text, StringComparison.Ordinal)) found.Add(line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }
}
