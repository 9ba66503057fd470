namespace MindBridge.Evaluator.Dashboard.ServingAssets;

internal static class AssetEndpoints
{
    /// <summary>Open to all: they hold no data, and the sign-in page needs them. The version in an address is for caches only.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{version}/{name}", (string name, HttpContext http) =>
    {
        if (Embedded.Find(name) is not { } asset) return Results.NotFound();
        var zips = http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        var headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = "Accept-Encoding";
        if (zips) headers.ContentEncoding = "gzip";
        return Results.Bytes(zips ? asset.Zipped : asset.Plain, asset.Type);
    }).AllowAnonymous().ExcludeFromDescription();
}
