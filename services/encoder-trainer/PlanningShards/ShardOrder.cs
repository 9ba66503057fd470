using System.Text.Json;
using MindBridge.Artifacts;
using MindBridge.Memory.Pretraining;
using MindBridge.Platform.Artifacts;

namespace MindBridge.EncoderTrainer.PlanningShards;

/// <summary>
/// Everything that decides what a shard's encoder learns. It is kept as an artifact, and its id is the shard's content hash: who trains needs nothing else, reads what was committed and not
/// what was changed since, and two shards of one order are one encoder.
/// </summary>
internal sealed record ShardOrder
{
    public required EncoderTrainingSettings Recipe { get; init; }

    /// <summary>Epochs where training begins with an earlier encoder.</summary>
    public required int WarmEpochs { get; init; }

    /// <summary>The content of the base model.</summary>
    public required string BaseModel { get; init; }

    /// <summary>The memory's out-of-scope prompts, an artifact; null for none.</summary>
    public string? OutOfScope { get; init; }

    /// <summary>The sentences put before prompts, an artifact; null for the shipped ones.</summary>
    public string? Prefixes { get; init; }

    /// <summary>In the order of their sequence.</summary>
    public required IReadOnlyList<StandingEdit> Edits { get; init; }
}

/// <summary>Orders and out-of-scope prompts in the artifact store.</summary>
internal sealed class ShardOrders(IArtifactStore store)
{
    public static byte[] BytesOf(object value) => CanonicalJson.BytesOf(value);

    public async Task<string> SaveAsync(object value, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(BytesOf(value));
        return (await store.SaveAsync(content, cancellationToken)).Value;
    }

    /// <exception cref="InvalidDataException">What is stored under this id is damaged or something else.</exception>
    /// <exception cref="FileNotFoundException">Nothing is.</exception>
    public async Task<T> LoadAsync<T>(string id, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetTempPath(), $"mindbridge-order-{Guid.NewGuid():N}.json");
        try
        {
            await store.LoadAsync(new ArtifactId(id), file, cancellationToken);
            await using var content = File.OpenRead(file);
            return (await JsonSerializer.DeserializeAsync<T>(content, CanonicalJson.Options, cancellationToken))!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"artifact {id} is no {typeof(T).Name} ({e.Message}); commit the memory again", e);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
