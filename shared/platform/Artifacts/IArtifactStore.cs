namespace MindBridge.Platform.Artifacts;

/// <summary>
/// Content-addressed and immutable: what was stored under an id is what comes back, or an error that says why not.
/// </summary>
public interface IArtifactStore
{
    /// <summary>Stores a content; storing it again changes nothing.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written; nothing half-written stays.</exception>
    Task<ArtifactId> SaveAsync(Stream content, CancellationToken cancellationToken = default);

    /// <summary>True when the id is stored. Its content is verified only by <see cref="LoadAsync"/>.</summary>
    Task<bool> ExistsAsync(ArtifactId id, CancellationToken cancellationToken = default);

    /// <summary>Copies a content into a file that appears only when it is whole and verified.</summary>
    /// <exception cref="FileNotFoundException">There is no such artifact.</exception>
    /// <exception cref="InvalidDataException">The stored content does not hash to its id: it was truncated or altered.</exception>
    /// <exception cref="IOException">The target cannot be written; it is as it was.</exception>
    Task LoadAsync(ArtifactId id, string path, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes what only its writer knows of: a checkpoint that a later one has replaced. Never call it for what a table or an event names. A store that cannot remove keeps it.
    /// </summary>
    Task ForgetAsync(ArtifactId id, CancellationToken cancellationToken = default) => Task.CompletedTask;
}
