using System.Security.Claims;
using System.Text.Json;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.KeepingAnswers;

/// <summary>An out-of-scope prompt as REST takes and shows it.</summary>
internal sealed record OutOfScopeView(string? Prompt, string? Subject, string? Answer, IReadOnlyList<string>? Wordings = null);

internal static class OutOfScopeEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/memories/{memory}/out-of-scope", async (string memory, OutOfScopeView[] body, Memories memories, OutOfScope prompts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var found = await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken);
            var (count, contentHash) = await prompts.ReplaceAsync(found.Id, Caller.Of(user), body.ToAsyncEnumerable().Select(p => new NewOutOfScopePrompt(p.Prompt ?? "", p.Subject, p.Answer, p.Wordings ?? [])), cancellationToken);
            return new { count, contentHash };
        });
        routes.MapGet("/v1/memories/{memory}/out-of-scope", async (string memory, Memories memories, OutOfScope prompts, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        {
            var found = await memories.FindAsync(Caller.Of(user).Tenant, memory, cancellationToken);
            return prompts.ReadAsync(found.Id, cancellationToken).Select(p => new OutOfScopeView(p.Prompt, p.Subject, p.Answer, JsonSerializer.Deserialize<string[]>(p.Wordings)));
        });
    }
}
