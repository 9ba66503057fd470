using System.Collections.Concurrent;
using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MindBridge.Inference.Tests.CallingVllm;

/// <summary>An inference service whose LLM is in a stand-in for vLLM, and what it logs.</summary>
public sealed class ReplicaOnVllm(Platform platform) : IAsyncLifetime
{
    /// <summary>The stand-in's key, which is nobody's business.</summary>
    public const string Key = "the-servers-own-key";

    private readonly Journal journal = new();

    internal VllmStandIn Vllm { get; private set; } = null!;

    internal WebApplication Host { get; private set; } = null!;

    internal Contracts.V1.Inference.InferenceClient Client { get; private set; } = null!;

    internal string Rest { get; } = ServingPlatform.FreeAddress();

    // One for all tests of the class: the platform has no more than a hundred.
    internal Tenant Tenant { get; } = platform.Serving.NewTenant();

    internal IEnumerable<string> Said => journal.Lines;

    public async ValueTask InitializeAsync()
    {
        var (serving, address) = (platform.Serving, ServingPlatform.FreeAddress());
        Vllm = await VllmStandIn.StartAsync();
        await Vllm.AnswerAsync(["ready"]);
        var host = serving.Inference(
            address, "--Kestrel:Endpoints:Rest:Url=" + Rest, $"--Inference:Vllm:0:Llm={ServingPlatform.Llm} 1", "--Inference:Vllm:0:Address=" + Vllm.Address, "--Inference:Vllm:0:Model=served-name",
            "--Inference:Vllm:0:Key=" + Key, "--Inference:Vllm:0:Patience=00:00:03");
        host.Services.GetRequiredService<ILoggerFactory>().AddProvider(journal);
        Host = await serving.RunAsync(host);
        Client = new Contracts.V1.Inference.InferenceClient(serving.Channel(address));
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    return (await Tenant.PiecesAsync(new GenerateRequest { Target = new Target { Llm = ServingPlatform.Llm }, Prompt = "The" }, at: Client)).Count > 0;
                }
                catch (Grpc.Core.RpcException)
                {
                    return false;
                }
            },
            "the replica answers");
    }

    public async ValueTask DisposeAsync()
    {
        await platform.Serving.EndAsync(Host);
        Vllm.Dispose();
        journal.Dispose();
    }

    private sealed class Journal : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose() => Lines.Clear();
    }
}
