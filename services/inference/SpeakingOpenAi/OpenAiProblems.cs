namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>Marks a route whose refusals are OpenAI's.</summary>
internal sealed class OpenAiRoute;

/// <summary>Writes in OpenAI's words what is refused before a request reaches one of OpenAI's routes: no key, no right, too many calls.</summary>
internal sealed class OpenAiProblems : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<OpenAiRoute>() is not null;

    public ValueTask WriteAsync(ProblemDetailsContext context) =>
        new(OpenAiRefusal.Of(context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode, context.ProblemDetails.Detail ?? "the request is refused").WriteAsync(context.HttpContext.Response));
}
