using System.Globalization;
using MindBridge.Inference.Keeping;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Services;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.LoadingLlms;

/// <summary>The LLM versions in service, as the registry lists them, each loaded when it is first needed.</summary>
internal sealed class LlmCatalogue : IAsyncDisposable
{
    // Callers who name what is not there must not become a storm on the registry.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(100);
    private readonly ServiceClients services;
    private readonly TimeProvider time;
    private readonly ILogger<LlmCatalogue> logger;
    private readonly Shelf<Guid, LoadedLlm> loaded;
    private readonly SemaphoreSlim reading = new(1), again = new(1);
    private IReadOnlyDictionary<Guid, LlmVersion>? versions;
    private long lastBegun;

    public LlmCatalogue(ServiceClients services, InferenceSettings settings, TimeProvider time, ILogger<LlmCatalogue> logger)
    {
        (this.services, this.time, this.logger) = (services, time, logger);
        // An LLM in service stays loaded; one that is retired is removed.
        loaded = new Shelf<Guid, LoadedLlm>((id, _) => Task.FromResult(Load(id, settings)), mostIdle: int.MaxValue);
    }

    /// <summary>True once the registry has answered.</summary>
    public bool IsRead => Volatile.Read(ref versions) is not null;

    /// <summary>Asks the registry; returns how many versions are new or gone.</summary>
    public async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            var begun = time.GetTimestamp();
            var listed = await services.EditRegistry().ListLlmsAsync(new Wire.ListLlmsRequest(), cancellationToken: cancellationToken);
            var now = listed.Llms.Select(l => new LlmVersion(Guid.Parse(l.Id), l.Name, l.Version, l.Uri, l.ContentHash, ReleasedAt(l))).ToDictionary(l => l.Id);
            var before = Interlocked.Exchange(ref versions, now) ?? new Dictionary<Guid, LlmVersion>();
            Volatile.Write(ref lastBegun, begun);
            var gone = before.Keys.Where(id => !now.ContainsKey(id)).ToList();
            gone.ForEach(loaded.Remove);
            return gone.Count + now.Keys.Count(id => !before.ContainsKey(id));
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>The versions in service, by title.</summary>
    public IReadOnlyList<LlmVersion> InService => [.. (versions?.Values ?? []).OrderBy(v => v.Title, StringComparer.Ordinal)];

    /// <summary>True when the version is in service.</summary>
    public bool Has(Guid id) => versions?.ContainsKey(id) is true;

    /// <param name="wanted">An id, "NAME VERSION", or a name of which there is one version.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="KeyNotFoundException">There is no such version in service.</exception>
    /// <exception cref="ArgumentException">The name has several versions, or none is given.</exception>
    public async Task<LlmVersion> FindAsync(string wanted, CancellationToken cancellationToken)
    {
        if (Find(wanted) is { } known) return known;
        await ReadAgainAsync(cancellationToken);
        return Find(wanted) ?? throw new KeyNotFoundException($"there is no LLM \"{wanted}\" in service; {Choices()}");
    }

    /// <inheritdoc cref="FindAsync(string, CancellationToken)"/>
    public async Task<LlmVersion> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (versions?.GetValueOrDefault(id) is { } known) return known;
        await ReadAgainAsync(cancellationToken);
        return versions?.GetValueOrDefault(id) ?? throw new KeyNotFoundException($"there is no LLM {id} in service; {Choices()}");
    }

    /// <summary>A use of the loaded LLM.</summary>
    /// <exception cref="RefusedNowException">Its files are not what was released.</exception>
    public Task<Use<LoadedLlm>> UseAsync(LlmVersion version, CancellationToken cancellationToken) => loaded.TakeAsync(version.Id, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await loaded.DisposeAsync();
        reading.Dispose();
        again.Dispose();
    }

    // For a name that is not known: one reading that begins from now on, however many ask for it.
    private async Task ReadAgainAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        await again.WaitAsync(cancellationToken);
        try
        {
            if (IsRead && Volatile.Read(ref lastBegun) >= asked) return;
            var rested = time.GetElapsedTime(Volatile.Read(ref lastBegun));
            if (IsRead && rested < LeastPause) await Task.Delay(LeastPause - rested, time, cancellationToken);
            await ReadAsync(cancellationToken);
        }
        finally
        {
            again.Release();
        }
    }

    private LlmVersion? Find(string wanted)
    {
        if (versions is not { } now) return null;
        if (Guid.TryParse(wanted, out var id)) return now.GetValueOrDefault(id);
        if (string.IsNullOrWhiteSpace(wanted)) return now.Count == 1 ? now.Values.First() : throw new ArgumentException($"llm is empty; {Choices()}");
        if (now.Values.FirstOrDefault(v => v.Title == wanted) is { } titled) return titled;
        var named = now.Values.Where(v => v.Name == wanted).ToList();
        return named.Count > 1
            ? throw new ArgumentException($"{wanted} has {named.Count} versions; say which: {string.Join(", ", named.Select(v => $"\"{v.Title}\""))}")
            : named.FirstOrDefault();
    }

    private string Choices() => versions is { Count: > 0 } now ? $"give one of {string.Join(", ", now.Values.Select(v => $"\"{v.Title}\"").Order(StringComparer.Ordinal).Take(20))}" : "release one first";

    private LoadedLlm Load(Guid id, InferenceSettings settings)
    {
        var version = versions?.GetValueOrDefault(id) ?? throw new KeyNotFoundException($"there is no LLM {id} in service; {Choices()}");
        var began = time.GetTimestamp();
        var llm = LoadedLlm.From(version, settings, time, logger);
        logger.LogInformation("loaded {Llm} ({Id}) in {Seconds:0.00} s", version.Title, id, time.GetElapsedTime(began).TotalSeconds);
        return llm;
    }

    // It is told to clients and decides nothing: a date that cannot be read keeps no LLM from serving.
    private static DateTimeOffset ReleasedAt(Contracts.V1.LlmVersion listed) =>
        DateTimeOffset.TryParse(listed.ReleasedAt, CultureInfo.InvariantCulture, out var at) ? at : DateTimeOffset.UnixEpoch;
}
