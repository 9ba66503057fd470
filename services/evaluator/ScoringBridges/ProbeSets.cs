using MindBridge.Platform.Artifacts;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>The probes that were held out from a bridge's encoders.</summary>
internal sealed class ProbeSets(IArtifactStore store, ArtifactSettings settings)
{
    /// <summary>All probes of the sets, in order, each once.</summary>
    /// <exception cref="FileNotFoundException">A set is not in the store.</exception>
    /// <exception cref="InvalidDataException">A set is damaged, or a line of it no probe.</exception>
    public async Task<IReadOnlyList<Probe>> ReadAsync(IReadOnlyList<string> sets, CancellationToken cancellationToken)
    {
        var probes = new List<Probe>();
        foreach (var set in sets.Distinct(StringComparer.Ordinal))
        {
            var line = 0;
            foreach (var text in (await ReadTextAsync(set, cancellationToken)).Split('\n'))
            {
                line++;
                if (!string.IsNullOrWhiteSpace(text)) probes.Add(Probe.Read(text, set, line));
            }
        }

        return [.. probes.DistinctBy(p => (p.Kind, p.Prompt, p.EditId))];
    }

    /// <summary>A small artifact's bytes.</summary>
    public async Task<byte[]> ReadBytesAsync(string id, CancellationToken cancellationToken)
    {
        var path = Path.Combine(settings.WorkFor("evaluator"), Guid.NewGuid().ToString("N"));
        try
        {
            await store.LoadAsync(new ArtifactId(id), path, cancellationToken);
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<string> ReadTextAsync(string id, CancellationToken cancellationToken) => System.Text.Encoding.UTF8.GetString(await ReadBytesAsync(id, cancellationToken));
}
