using MindBridge.ServingWorld;

[assembly: AssemblyFixture(typeof(MindBridge.Evaluator.Tests.Platform))]

namespace MindBridge.Evaluator.Tests;

/// <summary>One platform for all tests here; each test is a tenant of its own.</summary>
public sealed class Platform : IAsyncLifetime
{
    public ServingPlatform Serving { get; } = new();

    public async ValueTask InitializeAsync() => await Serving.StartAsync();

    public ValueTask DisposeAsync() => Serving.DisposeAsync();
}
