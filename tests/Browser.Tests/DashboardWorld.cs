using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Playwright;
using MindBridge.Cli.Demo;
using MindBridge.Cli.Platform;
using MindBridge.Contracts.V1;
using MindBridge.Platform.Security;

[assembly: AssemblyFixture(typeof(MindBridge.Browser.Tests.DashboardWorld))]

namespace MindBridge.Browser.Tests;

/// <summary>The whole platform in this process, as one that has just been installed, and a real browser before it.</summary>
public sealed class DashboardWorld : IAsyncLifetime
{
    /// <summary>How many corrections the world's file holds: few enough to train in seconds.</summary>
    public const int EditCount = 24;

    private static readonly (string Name, string Tenant, Role Role)[] People =
        [("Ada", "default", Role.Operator), ("Ben", "default", Role.Editor), ("Cleo", "default", Role.Reader), ("Abe", "default", Role.Admin), ("Eve", "elsewhere", Role.Admin)];

    private readonly string folder = Directory.CreateTempSubdirectory("mindbridge-browser-").FullName;
    private string KeyFile => Path.Combine(folder, "keys.jsonl");

    private readonly Dictionary<string, string> keys = People.ToDictionary(p => p.Name, _ => ApiKey.Create(), StringComparer.Ordinal);
    private readonly OidcProvider provider = new();
    private EmbeddedPlatform? platform;
    private string grpc = "";
    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Where the dashboard is.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The demo's world as files.</summary>
    public string Files => Path.Combine(folder, "world");

    /// <summary>Ada operates the platform, Ben edits, Cleo reads, Abe administers it, Eve administers another tenant.</summary>
    public string KeyOf(string person) => keys[person];

    /// <summary>Gives somebody a reader's key, as the command does.</summary>
    public async Task CreateKeyAsync(string name) => (await KeyCommand.Create().Parse(["create", name, "--role", "reader", "--file", KeyFile]).InvokeAsync()).ShouldBe(0);

    /// <summary>What serves, as a person's key sees it over gRPC.</summary>
    public async Task<IReadOnlyList<Deployment>> DeploymentsAsync(string person)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        return (await new Contracts.V1.Evaluator.EvaluatorClient(channel).ListDeploymentsAsync(new ListDeploymentsRequest(), new Metadata { { "authorization", "Bearer " + keys[person] } })).Deployments;
    }

    /// <summary>A memory with so many edits, none of them committed.</summary>
    public async Task FillAsync(string person, string memory, int count)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        var (registry, headers) = (new Contracts.V1.EditRegistry.EditRegistryClient(channel), new Metadata { { "authorization", "Bearer " + keys[person] } });
        await registry.CreateMemoryAsync(new CreateMemoryRequest { Name = memory, Settings = new MemorySettings { CommitAfterCount = 1_000_000, CommitAfterSeconds = 86_400 } }, headers);
        using var call = registry.StreamEdits(headers);
        var acknowledged = Task.Run(async () =>
        {
            while (await call.ResponseStream.MoveNext(default)) call.ResponseStream.Current.Problems.ShouldBeEmpty();
        });
        foreach (var part in Enumerable.Range(0, count).Chunk(500))
            await call.RequestStream.WriteAsync(new StreamedEdit { Memory = memory, Edits = { part.Select(i => new Edit { Subject = $"subject {i}", Relation = "P1", Prompt = $"The colour of subject {i} is", Object = i % 2 == 0 ? "red" : "green" }) } });
        await call.RequestStream.CompleteAsync();
        await acknowledged;
    }

    /// <summary>Asks what serves, once for each of some users; a trial decides who answers whom.</summary>
    public async Task AskAsUsersAsync(string person, string memory, string llm, string prompt, int users)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        var (inference, headers) = (new Contracts.V1.Inference.InferenceClient(channel), new Metadata { { "authorization", "Bearer " + keys[person] } });
        for (var i = 0; i < users; i++)
        {
            using var call = inference.Generate(new GenerateRequest { Target = new Target { Llm = llm, Memory = memory }, Prompt = prompt, MaxTokens = 8, NaturalStop = true, User = $"user {i}" }, headers);
            while (await call.ResponseStream.MoveNext(default))
            {
                // The answer is nobody's concern here.
            }
        }
    }

    public static string Model(string name) => Path.Combine(DemoSettings.ShippedModels, name);

    public async ValueTask InitializeAsync()
    {
        await DemoFiles.ExportAsync(Files, EditCount, seed: 5, default);
        var demo = new DemoSettings { Folder = folder, Models = DemoSettings.ShippedModels, Epochs = 40, EncoderOverrides = ["Batch=8"], BridgeOverrides = ["Batch=8"] };
        await DemoFiles.SentencesAsync(folder, default);
        platform = await EmbeddedPlatform.StartAsync(folder, demo.EncoderBase, [.. demo.ForServices(), .. Keys(), .. provider.Settings, ("Dashboard:Refresh", "00:00:00.4"), ("Security:KeyFile", KeyFile), ("Evaluation:Look", "00:00:01"), ("Evaluation:MostDrop", "100")], default);
        grpc = platform.Address.Grpc;
        Address = platform.Address.Rest;
        await provider.StartAsync(Address);
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        // A machine that trains beside the browser is slow; what never comes still fails.
        Assertions.SetDefaultExpectTimeout(60_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"] });
    }

    /// <summary>A browser of one's own, signed in as nobody.</summary>
    /// <param name="width">Of its window, in pixels.</param>
    /// <param name="dark">What the system prefers.</param>
    public async Task<Visitor> VisitorAsync(int width = 1280, bool dark = false)
    {
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Address, ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce,
        });
        return await Visitor.OfAsync(this, context);
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (platform is not null) await platform.DisposeAsync();
        await provider.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    // The platform's own two keys come first.
    private IEnumerable<(string, string)> Keys() => People.SelectMany((person, i) => ((string, string)[])
    [
        ($"Security:ApiKeys:{i + 2}:Name", person.Name), ($"Security:ApiKeys:{i + 2}:Tenant", person.Tenant), ($"Security:ApiKeys:{i + 2}:Sha256", ApiKey.HashOf(keys[person.Name])),
        ($"Security:ApiKeys:{i + 2}:Role", person.Role.ToString()),
    ]);
}
