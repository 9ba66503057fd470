using System.Security.Claims;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>What submits edits.</summary>
internal sealed record NewEdits(IReadOnlyList<NewEdit>? Edits, BatchRule Rule);

internal static class EditEndpoints
{
    private const int MostRows = 100_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/memories/{memory}/edits", SubmitAsync);

    // 422: the request is well formed, and nothing of it could be recorded.
    private static async Task<IResult> SubmitAsync(string memory, NewEdits body, Memories memories, EditLog log, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (body.Edits is not { Count: > 0 and <= MostRows }) throw new ArgumentException($"edits holds {body.Edits?.Count ?? 0} rows; give 1 to {MostRows}, or import a file");
        var caller = Caller.Of(user);
        var found = await memories.FindAsync(caller.Tenant, memory, cancellationToken);
        var submission = await log.SubmitAsync(found.Id, caller.Name, body.Edits, body.Rule, cancellationToken);
        return submission.Edits.Count == 0 ? TypedResults.UnprocessableEntity(submission) : TypedResults.Ok(submission);
    }
}
