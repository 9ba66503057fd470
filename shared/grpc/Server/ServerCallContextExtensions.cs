using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>From a call to its HTTP request.</summary>
public static class ServerCallContextExtensions
{
    internal const string HttpContextKey = "__HttpContext";

    /// <summary>The HTTP request that carries this call. A test's own context gives what is in <c>UserState["__HttpContext"]</c>.</summary>
    /// <exception cref="InvalidOperationException">The context belongs to no HTTP request.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        if (serverCallContext is HttpServerCallContext call) return call.Http;
        return serverCallContext.UserState.TryGetValue(HttpContextKey, out var found) && found is HttpContext http
            ? http
            : throw new InvalidOperationException("Could not get HttpContext from ServerCallContext. HttpContext can only be accessed when gRPC services are hosted by ASP.NET Core.");
    }
}
