namespace MindBridge.Inference.LoadingLlms;

/// <summary>An LLM version as the catalogue lists it.</summary>
internal sealed record LlmVersion(Guid Id, string Name, string Version, string Uri, string ContentHash, DateTimeOffset ReleasedAt)
{
    /// <summary>As people write it.</summary>
    public string Title => $"{Name} {Version}";

    /// <summary>The folder that <see cref="Uri"/> names.</summary>
    public string Folder => System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) && uri.IsFile ? uri.LocalPath : Uri;
}
