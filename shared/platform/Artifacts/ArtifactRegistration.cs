using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Platform.Artifacts;

/// <summary>Where artifacts lie; the configuration section <c>Artifacts</c>.</summary>
public sealed record ArtifactSettings
{
    /// <summary>A folder that all services share.</summary>
    public string? Folder { get; init; }

    /// <summary>Where this service unpacks artifacts and keeps work in progress; a folder of its own on a fast disk.</summary>
    public string? Work { get; init; }

    /// <summary><see cref="Work"/>, or a folder of this name among the machine's temporary files.</summary>
    public string WorkFor(string service) => Path.Combine(string.IsNullOrWhiteSpace(Work) ? Path.Combine(Path.GetTempPath(), "mindbridge") : Path.GetFullPath(Work), service);
}

/// <summary>What a service says to have an artifact store.</summary>
public static class ArtifactRegistration
{
    /// <summary>Adds the store of the section <c>Artifacts</c>; once, however many modules ask.</summary>
    /// <exception cref="ArgumentException">No folder is named.</exception>
    public static IServiceCollection AddArtifacts(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("Artifacts").Get<ArtifactSettings>() ?? new ArtifactSettings();
        if (string.IsNullOrWhiteSpace(settings.Folder)) throw new ArgumentException("Artifacts:Folder is empty; name the folder that all services share");
        services.TryAddSingleton(settings);
        services.TryAddSingleton<IArtifactStore>(new FolderArtifactStore(settings.Folder));
        return services;
    }
}
