using System.Security.Claims;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.ReleasingLlms;

/// <summary>An LLM version as REST shows it.</summary>
internal sealed record LlmView(Guid Id, string Name, string Version, string Family, string Uri, string ContentHash, DateTimeOffset ReleasedAt, DateTimeOffset? RetiredAt)
{
    public static LlmView Of(LlmVersion llm) => new(llm.Id, llm.Name, llm.Version, llm.Family, llm.Uri, llm.ContentHash, llm.ReleasedAt, llm.RetiredAt);
}

internal static class LlmEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/llms", async (LlmCatalogue llms, CancellationToken cancellationToken, bool retired = false) => (await llms.ListAsync(retired, cancellationToken)).Select(LlmView.Of));
        routes.MapPost("/v1/llms", async (NewLlm body, LlmCatalogue llms, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            LlmView.Of(await llms.ReleaseAsync(body, Caller.Of(user), cancellationToken))).RequireAuthorization(Caller.Operator);
        routes.MapDelete("/v1/llms/{id:guid}", async (Guid id, LlmCatalogue llms, ClaimsPrincipal user, CancellationToken cancellationToken) =>
            LlmView.Of(await llms.RetireAsync(id, Caller.Of(user), cancellationToken))).RequireAuthorization(Caller.Operator);
    }
}
