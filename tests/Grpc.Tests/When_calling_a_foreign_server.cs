using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace MindBridge.Grpc.Tests;

/// <summary>Our client and Debian's grpcio as the server.</summary>
public sealed class When_calling_a_foreign_server : IAsyncLifetime
{
    private readonly Peer _server = Peer.PythonServer();
    private GrpcChannel _channel = null!;
    private Probe.ProbeClient _probe = null!;

    public async ValueTask InitializeAsync()
    {
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await _server.LineAsync()}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
        _probe = new Probe.ProbeClient(_channel);
    }

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_make_all_four_kinds_of_call()
    {
        (await _probe.EchoAsync(new Note { Text = "grüß dich", Number = 3 })).ShouldBe(new Note { Text = "grüß dich", Number = 3 });

        using var collect = _probe.Collect();
        for (var i = 0; i < 200; i++) await collect.RequestStream.WriteAsync(new Note { Text = $"{i}," });
        await collect.RequestStream.CompleteAsync();
        (await collect).ShouldBe(new Note { Number = 200, Text = string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},")) });
        collect.GetStatus().StatusCode.ShouldBe(StatusCode.OK);

        using var count = _probe.Count(new Note { Number = 500 });
        var numbers = new List<int>();
        await foreach (var note in count.ResponseStream.ReadAllAsync()) numbers.Add(note.Number);
        numbers.ShouldBe(Enumerable.Range(0, 500));

        using var chat = _probe.Chat();
        for (var i = 0; i < 20; i++)
        {
            await chat.RequestStream.WriteAsync(new Note { Number = i });
            (await chat.ResponseStream.MoveNext()).ShouldBeTrue();
            chat.ResponseStream.Current.Number.ShouldBe(i);
        }
        await chat.RequestStream.CompleteAsync();
        (await chat.ResponseStream.MoveNext()).ShouldBeFalse();
    }

    [Fact]
    public async Task Should_carry_large_messages()
    {
        var large = new Note { Payload = ByteString.CopyFrom(new byte[16 * 1024 * 1024]) };

        (await _probe.EchoAsync(large)).ShouldBe(large);
    }

    [Fact]
    public async Task Should_read_errors_in_any_language_with_their_details()
    {
        const string Text = "édition 17 : « objet » vide — 100 % 対象";

        var thrown = await Should.ThrowAsync<RpcException>(async () => await _probe.FailAsync(new Note { Text = Text, Number = (int)StatusCode.FailedPrecondition, Payload = ByteString.CopyFrom(0, 1, 255) }));

        thrown.Status.ShouldBe(new Status(StatusCode.FailedPrecondition, Text));
        thrown.Trailers.GetValueBytes("grpc-status-details-bin").ShouldBe([0, 1, 255]);
    }

    [Fact]
    public async Task Should_send_and_receive_metadata()
    {
        var sent = new Metadata { { "echo-text", "hello" }, { "echo-raw-bin", [0, 254, 255] }, { "trail-text", "bye" }, { "trail-raw-bin", [1, 2] } };

        using var call = _probe.EchoAsync(new Note(), sent);
        var headers = await call.ResponseHeadersAsync;
        await call;

        headers.GetValue("echo-text").ShouldBe("hello");
        headers.GetValueBytes("echo-raw-bin").ShouldBe([0, 254, 255]);
        call.GetTrailers().GetValue("trail-text").ShouldBe("bye");
        call.GetTrailers().GetValueBytes("trail-raw-bin").ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Should_speak_gzip_both_ways()
    {
        var note = new Note { Text = new string('z', 100_000) };

        (await _probe.EchoAsync(note, new Metadata { { "grpc-internal-encoding-request", "gzip" }, { "echo-gzip", "yes" } })).ShouldBe(note);
    }

    [Fact]
    public async Task Should_give_up_at_the_deadline_and_let_the_server_know()
    {
        var thrown = await Should.ThrowAsync<RpcException>(async () => await _probe.WaitAsync(new Note { Text = "late" }, deadline: DateTime.UtcNow.AddMilliseconds(300)));

        thrown.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        (await _server.LineAsync()).ShouldBe("cancelled late");
    }

    [Fact]
    public async Task Should_cancel_and_let_the_server_know()
    {
        using var cancellation = new CancellationTokenSource(300);

        var thrown = await Should.ThrowAsync<RpcException>(async () => await _probe.WaitAsync(new Note { Text = "dropped" }, cancellationToken: cancellation.Token));

        thrown.StatusCode.ShouldBe(StatusCode.Cancelled);
        (await _server.LineAsync()).ShouldBe("cancelled dropped");
    }

    [Fact]
    public async Task Should_say_that_nobody_is_there()
    {
        using var nowhere = GrpcChannel.ForAddress("http://127.0.0.1:1");

        var thrown = await Should.ThrowAsync<RpcException>(async () => await new Probe.ProbeClient(nowhere).EchoAsync(new Note()));

        thrown.StatusCode.ShouldBe(StatusCode.Unavailable);
    }
}
