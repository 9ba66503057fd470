using System.Text.Json.Nodes;
using MindBridge.Platform.Security;
using Microsoft.AspNetCore.Mvc;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>OpenAI's HTTP API over base and edited LLMs: its own clients, and all that speak like it, work as they are.</summary>
internal static class OpenAiEndpoints
{
    public const int MostBytes = 4 << 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithMetadata(new OpenAiRoute(), new RequestSizeLimitAttribute(MostBytes)).RequireAuthorization(Caller.Reader);
        group.MapGet("/models", (HttpContext context, ModelNames names) => RefusingAsync(context, () => ListAsync(context, names)));
        group.MapGet("/models/{**model}", (HttpContext context, string model, ModelNames names) => RefusingAsync(context, () => OneAsync(context, model, names)));
        group.MapPost("/completions", (HttpContext context, OpenAiCalls calls) => RefusingAsync(context, () => calls.CompleteAsync(context)));
        group.MapPost("/chat/completions", (HttpContext context, OpenAiCalls calls) => RefusingAsync(context, () => calls.ChatAsync(context)));
    }

    private static async Task ListAsync(HttpContext context, ModelNames names)
    {
        var listed = await names.ListAsync(Caller.Of(context.User), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. listed.Select(m => (JsonNode)Model(m))]) });
    }

    private static async Task OneAsync(HttpContext context, string model, ModelNames names)
    {
        var listed = await names.ListAsync(Caller.Of(context.User), context.RequestAborted);
        await context.Response.WriteAsJsonAsync(Model(listed.FirstOrDefault(m => m.Name == model) ?? throw new KeyNotFoundException($"there is no model \"{model}\"; GET /v1/models lists those there are")));
    }

    private static JsonObject Model(NamedModel model) => new() { ["id"] = model.Name, ["object"] = "model", ["created"] = model.Created.ToUnixTimeSeconds(), ["owned_by"] = "mindbridge" };

    private static async Task RefusingAsync(HttpContext context, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to tell.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var refusal = OpenAiRefusal.Of(e);
            if (refusal.Status == 500) context.RequestServices.GetRequiredService<ILogger<OpenAiCalls>>().LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            await refusal.WriteAsync(context.Response);
        }
    }
}
