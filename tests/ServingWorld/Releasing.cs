using MindBridge.Contracts.V1;

namespace MindBridge.ServingWorld;

/// <summary>How tests release LLM versions.</summary>
public static class Releasing
{
    public static async Task<LlmVersion> ReleaseAsync(this Tenant tenant, string name, string uri, string hash, string version = "1") =>
        await tenant.Registry.ReleaseLlmAsync(new ReleaseLlmRequest { Name = name, Version = version, Family = "demo", Uri = uri, ContentHash = hash }, tenant.AsOperator);
}
