using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MindBridge.Grpc.Tests;

public sealed class When_a_client_is_hostile : IAsyncLifetime
{
    private const string Echo = "/mindbridge.probe.Probe/Echo";

    private ProbeServer _server = null!;
    private HttpMessageInvoker _http = null!;

    public async ValueTask InitializeAsync()
    {
        _http = new HttpMessageInvoker(new SocketsHttpHandler());
        _server = await ProbeServer.StartAsync(grpc => grpc.MaxReceiveMessageSize = 100_000, limits =>
        {
            limits.MinRequestBodyDataRate = new MinDataRate(1000, TimeSpan.FromSeconds(1.1));
            limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
        });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Should_name_what_is_wrong_with_a_frame()
    {
        (await PostAsync(Frame(7, [8, 1]))).ShouldBe(new Status(StatusCode.Internal, "Unexpected compressed flag value in message header."));
        (await PostAsync(Frame(0, [8, 1])[..^1])).ShouldBe(new Status(StatusCode.Internal, "Incomplete message."));
        (await PostAsync([0, 0])).ShouldBe(new Status(StatusCode.Internal, "Incomplete message."));
        (await PostAsync([])).StatusCode.ShouldBe(StatusCode.Internal);
        (await PostAsync([.. Frame(0, [16, 1]), .. Frame(0, [16, 2])])).StatusCode.ShouldBe(StatusCode.Internal);
        (await PostAsync(Frame(1, [16, 1]))).StatusCode.ShouldBe(StatusCode.Internal);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_survive_a_message_that_is_no_protobuf()
    {
        (await PostAsync(Frame(0, [0xFF, 0xFF, 0xFF]))).StatusCode.ShouldBe(StatusCode.Unknown);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_refuse_a_message_by_its_announced_size()
    {
        // Two gigabytes are announced and five bytes sent.
        (await PostAsync([0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4, 5])).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        (await PostAsync([0, 0xFF, 0xFF, 0xFF, 0xFF])).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_stop_unpacking_where_the_limit_is()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(new byte[50_000_000]);
        packed.Length.ShouldBeLessThan(100_000);

        (await PostAsync(Frame(1, packed.ToArray()), encoding: "gzip")).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        (await PostAsync(Frame(1, "not gzip at all"u8.ToArray()), encoding: "gzip")).StatusCode.ShouldNotBe(StatusCode.OK);
        (await PostAsync(Frame(1, [1, 2, 3]), encoding: "zebra")).StatusCode.ShouldBe(StatusCode.Unimplemented);
        await ShouldBeWellAsync();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpcx")]
    [InlineData("text/plain")]
    public async Task Should_refuse_another_content_type_with_415(string contentType)
    {
        using var response = await SendAsync(Echo, Frame(0, []), contentType);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_say_which_services_it_lacks()
    {
        (await PostAsync(Frame(0, []), "/no.such.Service/Method")).ShouldBe(new Status(StatusCode.Unimplemented, "Service is unimplemented."));
        (await PostAsync(Frame(0, []), "/mindbridge.probe.Probe/Nothing")).ShouldBe(new Status(StatusCode.Unimplemented, "Method is unimplemented."));
    }

    [Fact]
    public async Task Should_answer_at_the_deadline_although_the_method_does_not_stop()
    {
        var late = await PostAsync(Frame(0, new Note { Text = "stubborn" }.ToByteArray()), "/mindbridge.probe.Probe/Wait", timeout: "200m");

        // The method is running still.
        late.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        _server.Traces.Release.SetResult();
        await _server.Traces.Cancelled("stubborn");
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_ignore_a_timeout_that_is_none()
    {
        foreach (var nonsense in new[] { "soon", "5", "123456789S", "-1S", "5s" })
            (await PostAsync(Frame(0, []), timeout: nonsense)).StatusCode.ShouldBe(StatusCode.OK, nonsense);
    }

    [Fact]
    public async Task Should_cut_off_who_drips_a_request()
    {
        using var slow = await RawConnection.OpenAsync(_server.Plain);
        const byte EndHeaders = 4;
        await slow.SendFrameAsync(RawConnection.Headers, EndHeaders, 1, RawConnection.Request(Echo));
        await slow.SendFrameAsync(RawConnection.Data, 0, 1, [0, 0, 0]);

        await ShouldBeCutOffAfterASecondAsync(slow);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_cut_off_who_drips_headers()
    {
        using var slow = await RawConnection.OpenAsync(_server.Plain);
        await slow.SendFrameAsync(RawConnection.Headers, 0, 1, RawConnection.Request(Echo)[..20]);

        await ShouldBeCutOffAfterASecondAsync(slow);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_hang_up_on_what_is_not_HTTP()
    {
        using var noise = await RawConnection.OpenAsync(_server.Plain, greets: false);
        await noise.SendAsync([.. Enumerable.Range(0, 500).Select(i => (byte)(i * 7))]);

        await noise.UntilClosedAsync();
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_hang_up_on_a_damaged_connection()
    {
        using var broken = await RawConnection.OpenAsync(_server.Plain);
        // Data on a stream that was never opened.
        await broken.SendFrameAsync(RawConnection.Data, 0, 5, [1, 2, 3]);

        (await broken.UntilClosedAsync()).ShouldContain(RawConnection.GoAway);
        await ShouldBeWellAsync();
    }

    [Fact]
    public async Task Should_free_a_method_whose_client_vanished()
    {
        using (var rude = await RawConnection.OpenAsync(_server.Plain))
        {
            const byte EndHeaders = 4, EndStream = 1;
            await rude.SendFrameAsync(RawConnection.Headers, EndHeaders, 1, RawConnection.Request("/mindbridge.probe.Probe/Count"));
            await rude.SendFrameAsync(RawConnection.Data, EndStream, 1, Frame(0, new Note { Text = "vanished", Number = 1_000_000, Payload = ByteString.CopyFrom(new byte[1000]) }.ToByteArray()));
            // The method writes: it runs.
            await rude.UntilAsync(RawConnection.Headers);
        }

        await _server.Traces.Cancelled("vanished");
        await ShouldBeWellAsync();
    }

    private static byte[] Frame(byte flag, byte[] message)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>The gRPC status of a body sent as it is.</summary>
    private async Task<Status> PostAsync(byte[] body, string path = Echo, string? encoding = null, string? timeout = null)
    {
        using var response = await SendAsync(path, body, "application/grpc", encoding, timeout);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await response.Content.ReadAsByteArrayAsync();
        var said = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
        return new Status(
            (StatusCode)int.Parse(said.GetValues("grpc-status").Single()),
            said.TryGetValues("grpc-message", out var message) ? Uri.UnescapeDataString(message.Single()) : "");
    }

    private async Task<HttpResponseMessage> SendAsync(string path, byte[] body, string contentType, string? encoding = null, string? timeout = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Plain, path))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        if (encoding is not null) request.Headers.Add("grpc-encoding", encoding);
        if (timeout is not null) request.Headers.Add("grpc-timeout", timeout);
        return await _http.SendAsync(request, CancellationToken.None);
    }

    /// <summary>Patience first, then the door: closed at once, it would have been another mistake.</summary>
    private static async Task ShouldBeCutOffAfterASecondAsync(RawConnection slow)
    {
        var clock = Stopwatch.StartNew();
        (await slow.UntilClosedAsync()).ShouldNotContain(RawConnection.Headers);
        clock.Elapsed.TotalSeconds.ShouldBeGreaterThan(0.9);
    }

    private async Task ShouldBeWellAsync()
    {
        using var channel = _server.Channel();
        (await new Probe.ProbeClient(channel).EchoAsync(new Note { Text = "well?" }, deadline: DateTime.UtcNow.AddSeconds(20))).Text.ShouldBe("well?");
    }
}
