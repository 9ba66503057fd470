using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using MindBridge.EditRegistry.Hosting;
using MindBridge.LocalServers;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Cli.Benchmarks;

/// <summary>
/// Pages of a memory of 100,000 edits, as the dashboard asks for them over gRPC, from a Postgres of the benchmark's own and from SQLite: without and with a text that much, little or
/// nothing contains, and in every state. The peer is the time after which a person notices that they wait.
/// </summary>
internal static class SearchBenchmark
{
    private const int Rows = 100_000;
    private const int AMessage = 500;
    private const int Times = 15;
    private const double Patience = 150;

    private static readonly (string Name, Wire.SearchEditsRequest Request)[] Searches =
    [
        ("newest", new Wire.SearchEditsRequest()),
        ("a page far down", new Wire.SearchEditsRequest { AfterSequence = Rows / 20 }),
        ("text of all", new Wire.SearchEditsRequest { Text = "mother tongue" }),
        ("text of one", new Wire.SearchEditsRequest { Text = "number 77777 is" }),
        ("text of none", new Wire.SearchEditsRequest { Text = "nobody of that name" }),
        ("waiting", new Wire.SearchEditsRequest { States = { Wire.EditState.Pending } }),
        ("committed, text of none", new Wire.SearchEditsRequest { States = { Wire.EditState.Committed }, Text = "nobody of that name" }),
        ("superseded", new Wire.SearchEditsRequest { States = { Wire.EditState.Superseded } }),
        ("retracted", new Wire.SearchEditsRequest { States = { Wire.EditState.Retracted } }),
        ("all, text of one", new Wire.SearchEditsRequest { History = true, Text = "number 123 is" }),
    ];

    public static Benchmark Create() => new("search", "pages of a memory of 100,000 edits beside a person's patience of 150 ms.", Run);

    private static IEnumerable<Measure> Run(Action<string> tell, CancellationToken cancellation)
    {
        foreach (var database in (string[])["postgres", "sqlite"])
        {
            if (!Searches.Any(s => BenchCommand.Wants(NameOf(database, s.Name)))) continue;
            foreach (var measure in RunAsync(database, tell, cancellation).GetAwaiter().GetResult()) yield return measure;
        }
    }

    private static string NameOf(string database, string search) => $"search {database}: {search}";

    private static async Task<IReadOnlyList<Measure>> RunAsync(string database, Action<string> tell, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mindbridge-search-").FullName;
        try
        {
            // Postgres' own user must be able to reach its folder.
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            await using var postgres = database == "postgres" ? await LocalPostgres.StartAsync(Path.Combine(folder, "postgres"), cancellationToken: cancellation) : null;
            var (key, rest, grpc) = (ApiKey.Create(), Address(), Address());
            await using var registry = RegistryHost.Build(
                [
                    .. postgres is null ? (string[])["--Database:Kind=Sqlite", $"--Database:Folder={Path.Combine(folder, "sqlite")}"] : [$"--Database:ConnectionString={postgres.ConnectionString}"],
                    $"--Kestrel:Endpoints:Rest:Url={rest}", "--Kestrel:Endpoints:Rest:Protocols=Http1", $"--Kestrel:Endpoints:Grpc:Url={grpc}", "--Kestrel:Endpoints:Grpc:Protocols=Http2",
                    "--Security:ApiKeys:0:Name=bench", "--Security:ApiKeys:0:Tenant=bench", $"--Security:ApiKeys:0:Sha256={ApiKey.HashOf(key)}",
                ],
                builder => builder.Logging.ClearProviders());
            await registry.StartAsync(cancellation);
            using var channel = GrpcChannel.ForAddress(grpc);
            var (client, headers) = (new Wire.EditRegistry.EditRegistryClient(channel), new Metadata { { "authorization", $"Bearer {key}" } });
            tell($"search: {Rows:N0} edits into {database}");
            await FillAsync(client, headers, cancellation);

            var measures = new List<Measure>();
            foreach (var (name, request) in Searches.Where(s => BenchCommand.Wants(NameOf(database, s.Name))))
            {
                var asked = request.Clone();
                (asked.Memory, asked.Limit, asked.NewestFirst) = ("large", 50, true);
                var (took, first) = (new List<double>(), 0.0);
                for (var i = 0; i <= Times; i++)
                {
                    var began = Stopwatch.GetTimestamp();
                    await client.SearchEditsAsync(asked, headers, cancellationToken: cancellation);
                    // The first lets the query be compiled, and may have entries to write down that have ended since the last commit.
                    if (i > 0) took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    else first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                }

                took.Sort();
                tell($"search: {database}, {name}: {took[Times / 2]:0.0} ms a page, the slowest of {Times} {took[^1]:0.0} ms, the very first {first:0.0} ms");
                // A bench's figures are the better the higher they are.
                measures.Add(new Measure(NameOf(database, name), 1000 / took[Times / 2], 1000 / Patience, 1, "pages/s"));
            }

            return measures;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    // Nine in ten are committed, then one in a thousand is replaced and as many are taken back.
    private static async Task FillAsync(Wire.EditRegistry.EditRegistryClient client, Metadata headers, CancellationToken cancellation)
    {
        await client.CreateMemoryAsync(new Wire.CreateMemoryRequest { Name = "large", Settings = new Wire.MemorySettings { CommitAfterCount = 1_000_000, CommitAfterSeconds = 86_400 } }, headers, cancellationToken: cancellation);
        await StreamAsync(client, headers, Enumerable.Range(0, Rows * 9 / 10).Select(i => EditOf(i, "English")), cancellation);
        await client.CommitNowAsync(new Wire.CommitNowRequest { Memory = "large" }, headers, cancellationToken: cancellation);
        await StreamAsync(client, headers, Enumerable.Range(Rows * 9 / 10, Rows / 10).Select(i => EditOf(i, "English")).Concat(Enumerable.Range(0, Rows / 1000).Select(i => EditOf(1000 * i, "French"))), cancellation);
        var taken = await client.SearchEditsAsync(new Wire.SearchEditsRequest { Memory = "large", AfterSequence = 5, Limit = Rows / 1000 }, headers, cancellationToken: cancellation);
        foreach (var edit in taken.Edits) await client.RetractEditAsync(new Wire.RetractEditRequest { Memory = "large", EditId = edit.Id }, headers, cancellationToken: cancellation);
    }

    private static async Task StreamAsync(Wire.EditRegistry.EditRegistryClient client, Metadata headers, IEnumerable<Wire.Edit> edits, CancellationToken cancellation)
    {
        using var call = client.StreamEdits(headers, cancellationToken: cancellation);
        var acknowledged = Task.Run(
            async () =>
            {
                while (await call.ResponseStream.MoveNext(cancellation))
                    if (call.ResponseStream.Current.Problems is [var problem, ..]) throw new InvalidDataException($"an edit was refused: {problem.Problem}");
            },
            cancellation);
        foreach (var part in edits.Chunk(AMessage)) await call.RequestStream.WriteAsync(new Wire.StreamedEdit { Memory = "large", Edits = { part } });
        await call.RequestStream.CompleteAsync();
        await acknowledged;
    }

    // As wide as CounterFact's records: what is found is small beside what is told of it.
    private static Wire.Edit EditOf(int i, string answer) => new()
    {
        Subject = $"Person number {i}",
        Relation = "P103",
        Object = answer,
        Prompt = $"The mother tongue of Person number {i} is",
        Paraphrases = { Enumerable.Range(0, 2).Select(k => $"Some sentence of another matter, number {(i * 7) + k}, stands here. Person number {i}, a native speaker of") },
        Locality = { Enumerable.Range(0, 10).Select(k => new Wire.LocalityProbe { Prompt = $"The mother tongue of somebody else, number {(i * 11) + k}, is", Answer = "French" }) },
    };

    private static string Address() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Find()}");
}
