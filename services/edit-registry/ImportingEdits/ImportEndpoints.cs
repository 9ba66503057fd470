using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.Platform.Security;

namespace MindBridge.EditRegistry.ImportingEdits;

internal static class ImportEndpoints
{
    private const long LargestFile = 4L << 30;

    /// <summary>The body is the file itself, of any content type.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/memories/{memory}/imports", ImportAsync);

    private static async Task<ImportOutcome> ImportAsync(string memory, HttpRequest request, Memories memories, EditImport import, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var found = await memories.FindAsync(caller.Tenant, memory, cancellationToken);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = LargestFile;
        return await import.ImportAsync(found.Id, caller.Name, PiecesOf(request.Body, cancellationToken), cancellationToken: cancellationToken);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesOf(Stream body, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var piece = new byte[1 << 16];
        for (int read; (read = await body.ReadAsync(piece, cancellationToken)) > 0;) yield return piece.AsMemory(0, read);
    }
}
