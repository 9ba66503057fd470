namespace Grpc.Wire;

/// <summary>Headers that gRPC gives a meaning.</summary>
internal static class HeaderNames
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>A caller of the API asks for a compression with it; it never travels.</summary>
    public const string WantedEncoding = "grpc-internal-encoding-request";

    /// <summary>Whether a header is HTTP's or gRPC's own business and so no metadata.</summary>
    public static bool IsReserved(string name) =>
        name.StartsWith(':') || name.ToLowerInvariant() is Status or Message or Timeout or Encoding or AcceptEncoding or WantedEncoding
            or "content-type" or "te" or "host" or "content-length" or "transfer-encoding" or "connection" or "keep-alive" or "upgrade" or "proxy-connection" or "trailer";

    /// <summary><c>application/grpc</c>, alone, with a format (<c>+proto</c>) or with parameters.</summary>
    public static bool IsGrpc(string? contentType) =>
        contentType is not null && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');
}
