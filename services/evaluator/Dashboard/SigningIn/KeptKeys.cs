using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace MindBridge.Evaluator.Dashboard.SigningIn;

/// <summary>A key that protects sign-in cookies, as the framework writes it.</summary>
internal sealed class CookieKey
{
    public required string Name { get; init; }

    public required string Xml { get; init; }
}

/// <summary>Keeps the keys of sign-in cookies in the evaluator's own schema: replicas share them, and a restart signs nobody out.</summary>
internal sealed class KeptKeys(IDbContextFactory<EvaluatorContext> contexts) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.CreateDbContext();
        return [.. db.CookieKeys.AsNoTracking().OrderBy(key => key.Name).Select(key => key.Xml).AsEnumerable().Select(xml => XElement.Parse(xml))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        using var db = contexts.CreateDbContext();
        db.CookieKeys.Add(new CookieKey { Name = $"{friendlyName}/{Guid.NewGuid():N}", Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}
