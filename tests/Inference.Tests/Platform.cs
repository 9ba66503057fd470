using MindBridge.ServingWorld;

[assembly: AssemblyFixture(typeof(MindBridge.Inference.Tests.Platform))]

namespace MindBridge.Inference.Tests;

/// <summary>One platform for all tests here; each test is a tenant of its own.</summary>
public sealed class Platform : IAsyncLifetime
{
    public ServingPlatform Serving { get; } = new();

    public async ValueTask InitializeAsync() => await Serving.StartAsync();

    public ValueTask DisposeAsync() => Serving.DisposeAsync();
}
