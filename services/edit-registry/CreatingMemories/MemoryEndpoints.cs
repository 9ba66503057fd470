using System.Security.Claims;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.CreatingMemories;

/// <summary>A memory as REST shows it.</summary>
internal sealed record MemoryView(Guid Id, string Name, MemorySettings Settings, long EditCount, long PendingCount, long LastCommitSequence, DateTimeOffset CreatedAt)
{
    public static MemoryView Of(MemoryRecord memory) => new(memory.Id, memory.Name, Memories.SettingsOf(memory), memory.LastSequence, memory.Pending, memory.LastCommit, memory.CreatedAt);
}

/// <summary>What creates a memory.</summary>
internal sealed record NewMemory(string? Name, MemorySettings? Settings);

internal static class MemoryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/memories", async (NewMemory body, Memories memories, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            MemoryView.Of(await memories.CreateAsync(Caller.Of(user), body.Name, body.Settings ?? new MemorySettings(), cancellationToken)));
        routes.MapGet("/v1/memories", async (Memories memories, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            (await memories.ListAsync(Caller.Of(user).Tenant, cancellationToken)).Select(MemoryView.Of));
        routes.MapGet("/v1/memories/{memory}", async (string memory, Memories memories, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            MemoryView.Of(await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken)));
    }
}
