using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Platform.Artifacts;

/// <summary>Where artifacts lie; the configuration section <c>Artifacts</c>.</summary>
public sealed record ArtifactSettings
{
    /// <summary>A folder that all services share; empty where artifacts lie in S3.</summary>
    public string? Folder { get; init; }

    /// <summary>A bucket that all services share.</summary>
    public S3Settings? S3 { get; init; }

    /// <summary>Where this service unpacks artifacts and keeps work in progress; a folder of its own on a fast disk.</summary>
    public string? Work { get; init; }

    /// <summary><see cref="Work"/>, or a folder of this name among the machine's temporary files.</summary>
    public string WorkFor(string service) => Path.Combine(string.IsNullOrWhiteSpace(Work) ? Path.Combine(Path.GetTempPath(), "mindbridge") : Path.GetFullPath(Work), service);
}

/// <summary>What a service says to have an artifact store.</summary>
public static class ArtifactRegistration
{
    /// <summary>Adds the store of the section <c>Artifacts</c>; once, however many modules ask.</summary>
    /// <exception cref="ArgumentException">Neither a folder nor a bucket is named, or both are.</exception>
    public static IServiceCollection AddArtifacts(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("Artifacts").Get<ArtifactSettings>() ?? new ArtifactSettings();
        var (folder, bucket) = (!string.IsNullOrWhiteSpace(settings.Folder), !string.IsNullOrWhiteSpace(settings.S3?.Bucket));
        if (folder == bucket) throw new ArgumentException($"Artifacts:Folder and Artifacts:S3:Bucket are {(folder ? "both given" : "both empty")}; name one of them, the place that all services share");
        services.TryAddSingleton(settings);
        services.TryAddSingleton<IArtifactStore>(_ => folder ? new FolderArtifactStore(settings.Folder!) : new S3ArtifactStore(settings.S3!, settings.WorkFor("s3")));
        return services;
    }
}
