using System.Text.Json.Serialization;
using MindBridge.EditRegistry.CommittingEdits;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.EditRegistry.ImportingEdits;
using MindBridge.EditRegistry.KeepingAnswers;
using MindBridge.EditRegistry.ReadingEdits;
using MindBridge.EditRegistry.ReleasingLlms;
using MindBridge.EditRegistry.RevisingEdits;
using MindBridge.EditRegistry.Rpc;
using MindBridge.EditRegistry.SubmittingEdits;
using MindBridge.EditRegistry.WatchingMemories;
using MindBridge.Platform.Databases;
using MindBridge.Platform.Metrics;
using MindBridge.Platform.Reconciling;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Security;
using Microsoft.AspNetCore.Authorization;

namespace MindBridge.EditRegistry.Hosting;

/// <summary>The registry as a module: in a process of its own, or beside the other services in one.</summary>
public static class RegistryModule
{
    /// <summary>Adds the registry's capabilities and its database, as the section <c>Database</c> tells.</summary>
    public static IServiceCollection AddEditRegistry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDatabase<RegistryContext>(configuration.GetSection("Database").Get<DatabaseSettings>() ?? new DatabaseSettings(), RegistryContext.Schema);
        services.AddSingleton<Memories>();
        services.AddSingleton<EditLog>();
        services.AddSingleton<EditStream>();
        services.AddSingleton<EditImport>();
        services.AddSingleton<EditHistory>();
        services.AddSingleton<Revisions>();
        services.AddSingleton<Commits>();
        services.AddSingleton<IGauges, PendingEdits>();
        services.AddReconciling<CommitWhenDue>(CommitWhenDue.Interval);
        services.AddSingleton<LlmCatalogue>();
        services.AddSingleton<MemoryWatch>();
        services.AddSingleton<OutOfScope>();
        services.AddRefusals();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        return services;
    }

    /// <summary>Maps every call.</summary>
    public static void MapEditRegistry(this IEndpointRouteBuilder routes)
    {
        var rest = routes.MapGroup("");
        // Whoever may look may not write, unless an endpoint asks for more than that.
        ((IEndpointConventionBuilder)rest).Finally(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().Any(m => !m.HttpMethods.All(HttpMethods.IsGet)) && !endpoint.Metadata.OfType<IAuthorizeData>().Any())
                endpoint.Metadata.Add(new AuthorizeAttribute(Caller.Editor));
        });
        MemoryEndpoints.Map(rest);
        EditEndpoints.Map(rest);
        ImportEndpoints.Map(rest);
        ReadingEndpoints.Map(rest);
        RevisingEndpoints.Map(rest);
        CommitEndpoints.Map(rest);
        OutOfScopeEndpoints.Map(rest);
        LlmEndpoints.Map(rest);
        routes.MapGrpcService<RegistryService>();
    }
}
