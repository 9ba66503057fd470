using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// gRPC beside Debian's python3-grpcio (tests/bench/grpc_peer.py): our client and our server over this machine's loopback, and grpcio's client and
/// server, each in a process of its own. Wall time, always: the work is spread over both ends.
/// </summary>
internal static class GrpcBenchmark
{
    private const int Rounds = 5;
    private const int Payload = 100;

    public static Benchmark Create() => new("grpc", "unary calls and streamed messages beside python3-grpcio.", Run);

    private static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        var shapes = new (string Name, string Kind, int Steps, int InFlight, string Unit)[]
        {
            ("grpc-unary", "echo", 2_000, 1, "calls/s"),
            ("grpc-unary-32-in-flight", "echo", 3_200, 32, "calls/s"),
            ("grpc-stream-from-server", "download", 5_000, 1, "msgs/s"),
            ("grpc-stream-from-client", "upload", 5_000, 1, "msgs/s"),
        };
        foreach (var (name, kind, steps, inFlight, unit) in shapes.Where(shape => BenchCommand.Wants(shape.Name)))
        {
            tell($"{name}: {Payload} bytes a message, {Rounds} rounds each side");
            yield return Measured(name, kind, steps, inFlight, unit, cancellation);
        }
    }

    private static Measure Measured(string name, string kind, int steps, int inFlight, string unit, CancellationToken cancellation)
    {
        using var peer = new PythonPeer("grpc_peer.py", "python3-grpcio");
        using var server = Serve();
        using var channel = GrpcChannel.ForAddress(server.Urls.Single());
        var client = new Bench.BenchClient(channel);
        var chunk = new Chunk { Payload = ByteString.CopyFrom(new byte[Payload]), Count = steps };

        double Ours()
        {
            var clock = Stopwatch.StartNew();
            (kind switch
            {
                "echo" => EchoAsync(client, chunk, steps, inFlight),
                "download" => DownloadAsync(client, chunk),
                _ => UploadAsync(client, chunk, steps),
            }).GetAwaiter().GetResult();
            return clock.Elapsed.TotalSeconds;
        }

        var (ours, theirs) = Interleaved.Median(Ours, () => peer.Round(new { @do = kind, steps, inflight = inFlight, payload = Payload }), Rounds, cancellation);
        return new Measure(name, steps / ours, steps / theirs, null, unit);
    }

    private static Task EchoAsync(Bench.BenchClient client, Chunk chunk, int steps, int inFlight) =>
        Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            for (var step = 0; step < steps / inFlight; step++) await client.EchoAsync(chunk);
        }));

    private static async Task DownloadAsync(Bench.BenchClient client, Chunk chunk)
    {
        using var call = client.Download(chunk);
        var received = 0;
        while (await call.ResponseStream.MoveNext()) received++;
        Expect(received, chunk.Count);
    }

    private static async Task UploadAsync(Bench.BenchClient client, Chunk chunk, int steps)
    {
        using var call = client.Upload();
        for (var step = 0; step < steps; step++) await call.RequestStream.WriteAsync(chunk);
        await call.RequestStream.CompleteAsync();
        Expect((await call).Count, steps);
    }

    private static void Expect(int received, int sent)
    {
        if (received != sent) throw new InvalidOperationException($"{received} of {sent} messages arrived");
    }

    private static WebApplication Serve()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, port => port.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var server = builder.Build();
        server.MapGrpcService<Served>();
        server.StartAsync().GetAwaiter().GetResult();
        return server;
    }

    private sealed class Served : Bench.BenchBase
    {
        public override Task<Chunk> Echo(Chunk request, ServerCallContext context) => Task.FromResult(request);

        public override async Task Download(Chunk request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context)
        {
            for (var i = 0; i < request.Count; i++) await responseStream.WriteAsync(request);
        }

        public override async Task<Chunk> Upload(IAsyncStreamReader<Chunk> requestStream, ServerCallContext context)
        {
            var count = 0;
            while (await requestStream.MoveNext()) count++;
            return new Chunk { Count = count };
        }
    }
}
