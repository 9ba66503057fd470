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
        // The reader looks at a file more than once: for its syntax, its hash, its rows.
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(path)) await request.Body.CopyToAsync(file, cancellationToken);
            return await import.ImportAsync(found.Id, caller.Name, path, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            // The sender knows nothing of where the file lay here.
            throw new InvalidDataException(e.Message.Replace(path, "the file", StringComparison.Ordinal), e);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
