using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>Marks a route whose refusals are OpenAI's.</summary>
internal sealed class OpenAiRoute;

/// <summary>Refuses callers of OpenAI's routes in its words; all others as ever.</summary>
internal sealed class OpenAiAuthorization : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler usual = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        await usual.HandleAsync(next, context, policy, authorizeResult);
        if (authorizeResult.Succeeded || context.GetEndpoint()?.Metadata.GetMetadata<OpenAiRoute>() is null || context.Response.HasStarted) return;
        await (authorizeResult.Challenged ? OpenAiRefusal.Unauthorised : OpenAiRefusal.Forbidden).WriteAsync(context.Response);
    }
}
