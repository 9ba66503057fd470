using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Reads what gRPC says in an HTTP response's headers and trailers.</summary>
internal static class ResponseHead
{
    /// <summary>The status to end with if this is no answer of a gRPC server; null if it is one.</summary>
    public static Status? Problem(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK && HeaderNames.IsGrpc(response.Content.Headers.ContentType?.ToString())) return null;
        // Some servers add their own word to an HTTP error.
        if (Status(response.Headers) is { StatusCode: not StatusCode.OK } said) return said;
        return response.StatusCode == HttpStatusCode.OK
            ? new Status(StatusCode.Cancelled, $"Bad gRPC response. Invalid content-type value: {response.Content.Headers.ContentType?.ToString() ?? "none"}")
            : new Status(CodeOf(response.StatusCode), string.Create(CultureInfo.InvariantCulture, $"Bad gRPC response. HTTP status code: {(int)response.StatusCode}"));
    }

    /// <summary>The status in headers or trailers; null if there is none.</summary>
    public static Status? Status(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(HeaderNames.Status, out var said)) return null;
        var code = int.TryParse(said.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= (int)StatusCode.Unauthenticated
            ? (StatusCode)number
            : StatusCode.Unknown;
        return new Status(code, headers.NonValidated.TryGetValues(HeaderNames.Message, out var message) ? PercentText.Decode(message.ToString()) : "");
    }

    public static Metadata Metadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
            foreach (var value in values) WireMetadata.Add(metadata, name, value);
        return metadata;
    }

    public static string? Encoding(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(HeaderNames.Encoding, out var encoding) ? encoding.ToString() : null;

    // The table of the gRPC protocol for answers that come from proxies.
    private static StatusCode CodeOf(HttpStatusCode code) => (int)code switch
    {
        400 or 431 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };
}
