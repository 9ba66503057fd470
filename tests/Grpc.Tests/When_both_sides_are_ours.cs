using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;

namespace MindBridge.Grpc.Tests;

public sealed class When_both_sides_are_ours(UsualServer usual) : IClassFixture<UsualServer>, IDisposable
{
    private readonly GrpcChannel _channel = usual.Server.Channel();

    private ProbeServer Server => usual.Server;

    private Probe.ProbeClient Client => new(_channel);

    public void Dispose() => _channel.Dispose();

    [Fact]
    public void Should_block_on_a_blocking_call() =>
        Client.Echo(new Note { Text = "now" }).Text.ShouldBe("now");

    [Fact]
    public async Task Should_speak_TLS_to_whom_it_trusts_and_to_nobody_else()
    {
        using var trusting = GrpcChannel.ForAddress(Server.Secure, new GrpcChannelOptions { HttpHandler = Server.Trusting(), DisposeHttpClient = true });
        using var wary = GrpcChannel.ForAddress(Server.Secure);

        (await new Probe.ProbeClient(trusting).EchoAsync(new Note { Text = "secret" })).Text.ShouldBe("secret");
        (await Should.ThrowAsync<RpcException>(async () => await new Probe.ProbeClient(wary).EchoAsync(new Note()))).StatusCode.ShouldNotBe(StatusCode.OK);
    }

    [Fact]
    public async Task Should_add_call_credentials_on_TLS_only()
    {
        var credentials = CallCredentials.FromInterceptor((context, metadata) =>
        {
            metadata.Add("echo-who", context.MethodName);
            return Task.CompletedTask;
        });
        using var secure = GrpcChannel.ForAddress(Server.Secure, new GrpcChannelOptions
        {
            HttpHandler = Server.Trusting(), DisposeHttpClient = true, Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, credentials),
        });

        (await HeadersAsync(secure, new CallOptions())).GetValue("echo-who").ShouldBe("Echo");
        (await HeadersAsync(_channel, new CallOptions(credentials: credentials))).Get("echo-who").ShouldBeNull();
    }

    [Fact]
    public void Should_refuse_credentials_that_do_not_suit_the_address()
    {
        Should.Throw<InvalidOperationException>(() => GrpcChannel.ForAddress("http://localhost:1", new GrpcChannelOptions { Credentials = ChannelCredentials.SecureSsl }));
        Should.Throw<InvalidOperationException>(() => GrpcChannel.ForAddress("https://localhost:1", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }));
    }

    [Fact]
    public async Task Should_make_the_server_wait_for_a_slow_reader()
    {
        using var call = Client.Count(new Note { Text = "slow reader", Number = 100_000, Payload = ByteString.CopyFrom(new byte[10_000]) });
        (await call.ResponseStream.MoveNext()).ShouldBeTrue();

        // A thousand megabytes are due; what is between the two sides is all that may have been written. It stops growing by itself.
        var written = await SettledAsync(() => Server.Traces.Written.GetValueOrDefault("slow reader"));

        written.ShouldBeLessThan(5_000);
        for (var i = 1; i < 20_000; i++) (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        Server.Traces.Written["slow reader"].ShouldBeGreaterThanOrEqualTo(20_000 - 1);
    }

    [Fact]
    public async Task Should_make_the_client_wait_for_a_slow_server()
    {
        // Chat reads a note, then waits until its answer has left; nobody takes the answers.
        using var call = Client.Chat();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 100_000; sent++) await call.RequestStream.WriteAsync(new Note { Payload = ByteString.CopyFrom(new byte[10_000]) });
        });

        var settled = await SettledAsync(() => sent);

        settled.ShouldBeLessThan(10_000);
        call.Dispose();
        await Should.ThrowAsync<RpcException>(async () => await sending);
    }

    [Fact]
    public async Task Should_end_both_streams_at_the_deadline()
    {
        using var call = Client.Chat(deadline: DateTime.UtcNow.AddMilliseconds(200));

        var thrown = await Should.ThrowAsync<RpcException>(async () => await call.ResponseStream.MoveNext());

        thrown.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        await Should.ThrowAsync<RpcException>(async () => await call.RequestStream.WriteAsync(new Note()));
    }

    [Fact]
    public async Task Should_not_begin_a_call_whose_deadline_has_passed()
    {
        var thrown = await Should.ThrowAsync<RpcException>(async () => await Client.EchoAsync(new Note(), deadline: DateTime.UtcNow.AddSeconds(-1)));

        thrown.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
    }

    [Fact]
    public async Task Should_throw_the_callers_own_exception_where_asked()
    {
        using var channel = Server.Channel(options => options.ThrowOperationCanceledOnCancellation = true);
        using var cancellation = new CancellationTokenSource();
        using var call = new Probe.ProbeClient(channel).WaitAsync(new Note { Text = "ours" }, cancellationToken: cancellation.Token);
        cancellation.Cancel();

        await Should.ThrowAsync<OperationCanceledException>(async () => await call);
    }

    [Fact]
    public async Task Should_end_every_call_when_the_channel_shuts_down()
    {
        using var channel = Server.Channel();
        using var call = new Probe.ProbeClient(channel).WaitAsync(new Note { Text = "shut" });

        await channel.ShutdownAsync();

        (await Should.ThrowAsync<RpcException>(async () => await call)).StatusCode.ShouldBe(StatusCode.Cancelled);
    }

    [Fact]
    public async Task Should_show_client_calls_to_interceptors_in_order()
    {
        var invoker = _channel.Intercept(new Stamp("a"), new Stamp("b")).Intercept(headers =>
        {
            headers.Add("echo-stamps", "first");
            return headers;
        });

        using var call = new Probe.ProbeClient(invoker).EchoAsync(new Note());

        // HTTP joins the values of one header.
        (await call.ResponseHeadersAsync).GetValue("echo-stamps").ShouldBe("first, a, b");
    }

    [Fact]
    public async Task Should_show_server_calls_to_interceptors_in_order()
    {
        await using var server = await ProbeServer.StartAsync(grpc =>
        {
            grpc.Interceptors.Add<Recorder>("outer");
            grpc.Interceptors.Add<Recorder>("inner");
        });
        using var channel = server.Channel();
        var client = new Probe.ProbeClient(channel);

        await client.EchoAsync(new Note());
        using var collect = client.Collect();
        await collect.RequestStream.CompleteAsync();
        await collect;
        using var count = client.Count(new Note());
        (await count.ResponseStream.MoveNext()).ShouldBeFalse();
        using var chat = client.Chat();
        await chat.RequestStream.CompleteAsync();
        (await chat.ResponseStream.MoveNext()).ShouldBeFalse();

        server.Traces.Steps.ShouldBe(new[] { "Echo", "Collect", "Count", "Chat" }.SelectMany(method => new[] { $"outer {method}", $"inner {method}" }));
    }

    [Fact]
    public async Task Should_let_an_interceptor_answer_for_the_service()
    {
        await using var server = await ProbeServer.StartAsync(grpc => grpc.Interceptors.Add<Guard>());
        using var channel = server.Channel();

        var thrown = await Should.ThrowAsync<RpcException>(async () => await new Probe.ProbeClient(channel).EchoAsync(new Note()));

        thrown.Status.ShouldBe(new Status(StatusCode.Unauthenticated, "who are you?"));
    }

    [Fact]
    public async Task Should_refuse_messages_over_the_limits_and_say_so()
    {
        await using var server = await ProbeServer.StartAsync(grpc =>
        {
            grpc.MaxReceiveMessageSize = 10_000;
            grpc.MaxSendMessageSize = 5_000;
        });
        using var channel = server.Channel(options => options.MaxReceiveMessageSize = 2_000);
        var client = new Probe.ProbeClient(channel);
        async Task<Status> Sending(int size) => (await Should.ThrowAsync<RpcException>(async () => await client.EchoAsync(new Note { Payload = ByteString.CopyFrom(new byte[size]) }))).Status;

        (await Sending(20_000)).ShouldBe(new Status(StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size."));
        (await Sending(8_000)).ShouldBe(new Status(StatusCode.ResourceExhausted, "Sending message exceeds the maximum configured message size."));
        (await Sending(3_000)).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        using var careful = server.Channel(options => options.MaxSendMessageSize = 10);
        (await Should.ThrowAsync<RpcException>(async () => await new Probe.ProbeClient(careful).EchoAsync(new Note { Text = "more than ten" }))).StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        (await client.EchoAsync(new Note { Payload = ByteString.CopyFrom(new byte[1_000]) })).Payload.Length.ShouldBe(1_000);
    }

    [Fact]
    public async Task Should_tell_exceptions_only_where_asked()
    {
        await using var server = await ProbeServer.StartAsync(grpc => grpc.EnableDetailedErrors = true);
        using var channel = server.Channel();

        var thrown = await Should.ThrowAsync<RpcException>(async () => await new Probe.ProbeClient(channel).ThrowAsync(new Note()));

        thrown.Status.ShouldBe(new Status(StatusCode.Unknown, "Exception was thrown by handler. InvalidDataException: the secret is 42"));
    }

    [Fact]
    public async Task Should_watch_health_until_the_client_leaves()
    {
        var health = new Health.HealthClient(_channel);
        using var watch = health.Watch(new HealthCheckRequest { Service = "nobody" });

        (await watch.ResponseStream.MoveNext()).ShouldBeTrue();

        watch.ResponseStream.Current.Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.ServiceUnknown);
        watch.Dispose();
        (await Should.ThrowAsync<RpcException>(async () => await watch.ResponseStream.MoveNext())).StatusCode.ShouldBe(StatusCode.Cancelled);
    }

    [Fact]
    public async Task Should_refuse_a_second_write_before_the_first_is_done_and_a_write_after_the_end()
    {
        using var call = Client.Collect();
        await call.RequestStream.CompleteAsync();

        await Should.ThrowAsync<InvalidOperationException>(async () => await call.RequestStream.WriteAsync(new Note()));
        (await call).Number.ShouldBe(0);
    }

    private static async Task<Metadata> HeadersAsync(GrpcChannel channel, CallOptions options)
    {
        using var call = new Probe.ProbeClient(channel).EchoAsync(new Note(), options);
        await call;
        return await call.ResponseHeadersAsync;
    }

    /// <summary>The value once it has stayed the same for half a second.</summary>
    private static async Task<int> SettledAsync(Func<int> value)
    {
        for (var (before, quiet) = (-1, 0); ;)
        {
            var now = value();
            quiet = now == before && now > 0 ? quiet + 1 : 0;
            if (quiet == 5) return now;
            before = now;
            await Task.Delay(100);
        }
    }

    private sealed class Stamp(string name) : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            var headers = context.Options.Headers ?? [];
            headers.Add("echo-stamps", name);
            return continuation(request, new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, context.Options.WithHeaders(headers)));
        }
    }

    public sealed class Recorder(string name, Traces traces) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            See(context);
            return continuation(request, context);
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            See(context);
            return continuation(requestStream, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            See(context);
            return continuation(request, responseStream, context);
        }

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            See(context);
            return continuation(requestStream, responseStream, context);
        }

        private void See(ServerCallContext context)
        {
            context.GetHttpContext().Request.Path.Value.ShouldBe(context.Method);
            traces.Steps.Enqueue($"{name} {context.Method.Split('/')[^1]}");
        }
    }

    public sealed class Guard : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.Unauthenticated, "who are you?"));
    }
}
