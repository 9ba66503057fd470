using System.Security.Claims;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.CommittingEdits;

/// <summary>A commit as REST shows it.</summary>
internal sealed record CommitView(Guid Id, long Sequence, long FirstEdit, long LastEdit, int EditCount, string ContentHash, CommitCause Cause, DateTimeOffset CommittedAt)
{
    public static CommitView Of(Commit commit) => new(commit.Id, commit.Sequence, commit.FirstEdit, commit.LastEdit, commit.EditCount, commit.ContentHash, commit.Cause, commit.CommittedAt);
}

internal static class CommitEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/memories/{memory}/commits", async (string memory, Memories memories, Commits commits, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            CommitView.Of(await commits.CommitNowAsync((await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken)).Id, Caller.Of(user), cancellationToken)));
        routes.MapGet("/v1/memories/{memory}/commits", async (string memory, Memories memories, Commits commits, ClaimsPrincipal user, CancellationToken cancellationToken, long after = 0) =>
            (await commits.ListAsync((await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken)).Id, after, cancellationToken)).Select(CommitView.Of));
    }
}
