using MindBridge.ServingWorld;

[assembly: AssemblyFixture(typeof(MindBridge.Evaluator.Tests.Platform))]

namespace MindBridge.Evaluator.Tests;

/// <summary>One platform for all tests here; each test is a tenant of its own.</summary>
public sealed class Platform : IAsyncLifetime
{
    public ServingPlatform Serving { get; } = new();

    /// <summary>A tenant for tests that change nothing of it.</summary>
    public Tenant Anybody { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Serving.StartAsync();
        Anybody = Serving.NewTenant();
    }

    public ValueTask DisposeAsync() => Serving.DisposeAsync();
}
