using System.Security.Claims;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.RevisingEdits;

/// <summary>What supersedes an edit.</summary>
internal sealed record NewObject(string? Object, string? Reason, string? ClientKey);

internal static class RevisingEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/memories/{memory}/edits/{edit:guid}/object", async (string memory, Guid edit, NewObject body, Memories memories, Revisions revisions, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var caller = Caller.Of(user);
            var found = await memories.FindAsync(caller.Tenant, memory, cancellationToken);
            return await revisions.SupersedeAsync(found.Id, caller.Name, edit, body.Object, body.Reason, body.ClientKey, cancellationToken);
        });
        routes.MapDelete("/v1/memories/{memory}/edits/{edit:guid}", async (string memory, Guid edit, Memories memories, Revisions revisions, ClaimsPrincipal user, CancellationToken cancellationToken, string? reason = null, string? clientKey = null) =>
        {
            var caller = Caller.Of(user);
            var found = await memories.FindAsync(caller.Tenant, memory, cancellationToken);
            return await revisions.RetractAsync(found.Id, caller.Name, edit, reason, clientKey, cancellationToken);
        });
    }
}
