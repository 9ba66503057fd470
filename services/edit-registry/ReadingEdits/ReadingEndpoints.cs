using System.Security.Claims;
using System.Text.Json;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.EditRegistry.SubmittingEdits;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.ReadingEdits;

/// <summary>An entry of the history as REST shows it.</summary>
internal sealed record EditView(
    Guid Id,
    long Sequence,
    Guid FactId,
    EditState State,
    bool Retraction,
    string ClientKey,
    string Subject,
    string? Relation,
    string Object,
    string Prompt,
    string? OldObject,
    JsonElement Wordings,
    JsonElement Paraphrases,
    JsonElement Locality,
    string? Source,
    string Author,
    string? Reason,
    string? ExternalId,
    DateTimeOffset? ValidFrom,
    DateTimeOffset? ValidUntil,
    DateTimeOffset ReceivedAt)
{
    public static EditView Of(EditInState found)
    {
        var e = found.Edit;
        return new EditView(
            e.Id, e.Sequence, e.FactId, found.State, e.Retraction, e.ClientKey, e.Subject, e.Relation, e.Object, e.Prompt, e.OldObject,
            Json(e.Wordings), Json(e.Paraphrases), Json(e.Locality), e.Source, e.Author, e.Reason, e.ExternalId, e.ValidFrom, e.ValidUntil, e.ReceivedAt);
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}

/// <summary>A page of entries as REST shows it; <paramref name="Next"/> is the next page's <c>after</c>, 0 at the end.</summary>
internal sealed record EditPageView(IReadOnlyList<EditView> Edits, long Next);

internal static class ReadingEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/memories/{memory}/edits", async (string memory, Memories memories, EditHistory history, ClaimsPrincipal user, CancellationToken cancellationToken, string? text = null, bool all = false, long after = 0, int limit = 0) =>
        {
            var page = await history.SearchAsync((await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken)).Id, new EditSearch(text, all, [], false, after, limit), cancellationToken);
            return new EditPageView([.. page.Edits.Select(EditView.Of)], page.Next);
        });
        routes.MapGet("/v1/memories/{memory}/edits/{edit:guid}", async (string memory, Guid edit, Memories memories, EditHistory history, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            EditView.Of(await history.FindAsync((await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken)).Id, edit, cancellationToken)));
        routes.MapGet("/v1/memories/{memory}/facts/{fact:guid}", async (string memory, Guid fact, Memories memories, EditHistory history, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            (await history.OfFactAsync((await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken)).Id, fact, cancellationToken)).Select(EditView.Of));
    }
}
