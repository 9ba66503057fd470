using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace MindBridge.Platform.Security;

/// <summary>Says who may, to a caller who may not: as a gRPC status to a gRPC client, as problem details to any other.</summary>
internal sealed class RefusedAccess : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler others = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await others.HandleAsync(next, context, policy, authorizeResult);
            return;
        }

        var endpoint = context.GetEndpoint();
        var needed = endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p is not null) ?? Caller.Reader;
        // A page has ways of its own to ask who is there.
        if (!HttpAnswer.IsCall(context) && policy.AuthenticationSchemes.Count > 0)
        {
            await others.HandleAsync(next, context, policy, authorizeResult);
        }
        else if (authorizeResult.Challenged)
        {
            var why = (await context.AuthenticateAsync()).Failure?.Message ?? "the call carries no key; send one as \"authorization: Bearer KEY\"";
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await HttpAnswer.WriteAsync(context, StatusCodes.Status401Unauthorized, StatusCode.Unauthenticated, why);
        }
        else
        {
            var caller = Caller.Of(context.User);
            await HttpAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, StatusCode.PermissionDenied, $"this call needs the role {needed}, and \"{caller.Name}\" is {Caller.Roles[(int)caller.Role]}; call with a key of that role");
        }
    }
}
