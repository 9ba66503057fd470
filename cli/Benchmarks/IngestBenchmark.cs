using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using MindBridge.EditRegistry.Hosting;
using MindBridge.LocalServers;
using MindBridge.Platform.Security;
using Npgsql;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// Edits streamed through gRPC into a Postgres of the benchmark's own, beside a bare COPY of the very same rows into a table with the same columns and indexes. The stream pays
/// for what COPY does not: the wire, the checks, the look-up of client keys, durable acknowledgements.
/// </summary>
internal static class IngestBenchmark
{
    private const int Rows = 100_000;
    private const int AMessage = 100;
    private const int Rounds = 3;
    private const double Bar = 1 / 3.0;

    public static Benchmark Create() => new("ingest", "edits streamed into the registry beside a bare COPY of the same rows.", Run);

    private static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        if (BenchCommand.Wants("ingest")) yield return RunAsync(tell, cancellation).GetAwaiter().GetResult();
    }

    private static async Task<Measure> RunAsync(Action<string> tell, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mindbridge-ingest-").FullName;
        try
        {
            // Postgres' own user must be able to reach its folder.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            await using var postgres = await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"), cancellationToken: cancellation);
            var (key, rest, grpc) = (ApiKey.Create(), Address(), Address());
            await using var registry = RegistryHost.Build(
                [
                    $"--Database:ConnectionString={postgres.ConnectionString}", $"--Kestrel:Endpoints:Rest:Url={rest}", "--Kestrel:Endpoints:Rest:Protocols=Http1", $"--Kestrel:Endpoints:Grpc:Url={grpc}",
                    "--Kestrel:Endpoints:Grpc:Protocols=Http2", "--Security:ApiKeys:0:Name=bench", "--Security:ApiKeys:0:Tenant=bench", $"--Security:ApiKeys:0:Sha256={ApiKey.HashOf(key)}",
                ],
                builder => builder.Logging.ClearProviders());
            await registry.StartAsync(cancellation);
            using var channel = GrpcChannel.ForAddress(grpc);
            var client = new Wire.EditRegistry.EditRegistryClient(channel);
            var headers = new Metadata { { "authorization", $"Bearer {key}" } };

            // A registry runs for weeks and a bench for seconds: a first stream lets both sides be compiled. It is not counted.
            await StreamAsync(client, headers, "warm-up", 30_000, cancellation);
            await CopyAsync(postgres, "warm-up", cancellation);
            var (ours, peers) = (new List<double>(), new List<double>());
            var held = new List<long>();
            for (var round = 1; round <= Rounds; round++)
            {
                tell($"ingest: {Rows:N0} edits through gRPC, then the same rows by COPY, round {round} of {Rounds}");
                ours.Add(await StreamAsync(client, headers, $"edits-{round}", Rows, cancellation));
                held.Add(GC.GetTotalMemory(forceFullCollection: true));
                peers.Add(await CopyAsync(postgres, $"edits-{round}", cancellation));
            }

            tell($"ingest: client and registry hold {string.Join(", ", held.Select(bytes => $"{bytes / 1048576.0:0}"))} MB after each {Rows:N0} edits");
            var again = await StreamAsync(client, headers, "edits-1", Rows, cancellation, repeated: true);
            tell($"ingest: streamed again, nothing changed, at {again:N0} edits/s");
            return new Measure("ingest", Median(ours), Median(peers), Bar, "edits/s");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> StreamAsync(Wire.EditRegistry.EditRegistryClient client, Metadata headers, string memory, int rows, CancellationToken cancellation, bool repeated = false)
    {
        await client.CreateMemoryAsync(new Wire.CreateMemoryRequest { Name = memory, Settings = new Wire.MemorySettings { CommitAfterCount = 1_000_000, CommitAfterSeconds = 3600 } }, headers, cancellationToken: cancellation);
        var began = Stopwatch.GetTimestamp();
        using var call = client.StreamEdits(headers, cancellationToken: cancellation);
        var (accepted, known, refused) = (0L, 0L, 0);
        var acknowledged = Task.Run(
            async () =>
            {
                while (await call.ResponseStream.MoveNext(cancellation))
                {
                    accepted += call.ResponseStream.Current.Accepted;
                    known += call.ResponseStream.Current.Repeated;
                    refused += call.ResponseStream.Current.Problems.Count;
                }
            },
            cancellation);
        foreach (var part in Enumerable.Range(0, rows).Chunk(AMessage)) await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Memory = memory, Edits = { part.Select(EditOf) } });
        await call.RequestStream.CompleteAsync();
        await acknowledged;
        if ((repeated ? known : accepted) != rows || refused > 0) throw new InvalidDataException($"of {rows} edits {accepted} were accepted, {known} known and {refused} refused");
        return rows / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static double Median(List<double> rates) => rates.Order().ElementAt(rates.Count / 2);

    private static Wire.Edit EditOf(int i) => new()
    {
        ClientKey = $"bench/{i}",
        Subject = $"Person number {i}",
        Relation = "P103",
        Object = "English",
        OldObject = "French",
        Prompt = $"The mother tongue of Person number {i} is",
        Paraphrases = { $"Person number {i}, a native" },
        Locality = { new Wire.LocalityProbe { Prompt = "The native language of Montesquieu is", Answer = "French" } },
    };

    // The rows as the registry wrote them, out of one table and into its twin: binary both ways, so nothing is converted.
    private static async Task<double> CopyAsync(LocalPostgres postgres, string memory, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using (var twin = source.CreateCommand("DROP TABLE IF EXISTS twin; CREATE TABLE twin (LIKE edit_registry.edits INCLUDING ALL)")) await twin.ExecuteNonQueryAsync(cancellation);
        using var rows = new MemoryStream();
        await using (var reading = await source.OpenConnectionAsync(cancellation))
        await using (var copy = await reading.BeginRawBinaryCopyAsync($"COPY (SELECT e.* FROM edit_registry.edits e JOIN edit_registry.memories m ON m.id = e.memory_id WHERE m.name = '{memory}' ORDER BY e.sequence) TO STDOUT (FORMAT BINARY)", cancellation))
            await copy.CopyToAsync(rows, cancellation);
        rows.Position = 0;
        await using var writing = await source.OpenConnectionAsync(cancellation);
        var began = Stopwatch.GetTimestamp();
        await using (var copy = await writing.BeginRawBinaryCopyAsync("COPY twin FROM STDIN (FORMAT BINARY)", cancellation)) await rows.CopyToAsync(copy, cancellation);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await using var count = source.CreateCommand("SELECT count(*) FROM twin");
        return (long)(await count.ExecuteScalarAsync(cancellation))! / seconds;
    }

    private static string Address() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Find()}");
}
