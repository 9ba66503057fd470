using MindBridge.Artifacts;
using MindBridge.Memory.Addressing;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using MindBridge.Memory.Splits;

namespace MindBridge.Memory.Running;

/// <summary>
/// The whole of the method on one set of edits: the encoder once, then a bridge and scores for each LLM that comes along. The steps are called one by one,
/// so that a caller can say something between them: <see cref="TrainEncoderAsync"/>, then <see cref="BridgeAsync"/> for each LLM, in any number, at any time.
/// Called again on the same folder, finished steps are taken as they are and a broken one goes on.
/// </summary>
public sealed class EditingRun : IDisposable
{
    private readonly EditingRunSettings settings;
    private readonly EditingRunData data;
    private readonly string encoderBase;
    private readonly IProgress<TrainingProgress>? progress;
    private readonly IProgress<string>? notes;
    private readonly List<LlmOutcome> outcomes = [];
    private MemoryEncoder? encoder;
    private KeyStore? keys;

    /// <param name="settings">How to train, serve and score.</param>
    /// <param name="data">What to train with and to score with.</param>
    /// <param name="encoderBase">Folder of the base encoder (BERT or DistilBERT).</param>
    /// <param name="outFolder">Where artifacts go: encoder/, bridges/NAME/.</param>
    /// <param name="progress">Told of training and scoring.</param>
    /// <param name="notes">Told in sentences what a user should know.</param>
    /// <exception cref="InvalidDataException">Training would read a prompt that scores.</exception>
    public EditingRun(EditingRunSettings settings, EditingRunData data, string encoderBase, string outFolder,
        IProgress<TrainingProgress>? progress = null, IProgress<string>? notes = null)
    {
        (this.settings, this.data, this.encoderBase, Folder, this.progress, this.notes) = (settings, data, encoderBase, outFolder, progress, notes);
        if (data.Edits.Count == 0) throw new ArgumentException("a run needs at least one edit");
        LeakCheck.Of(data.Edits, data.OutOfScope.SelectMany(p => p.Wordings.Prepend(p.Prompt)), data.Prefixes).RefuseLeaks([.. data.Probes]);
    }

    /// <summary>Where everything goes.</summary>
    public string Folder { get; }

    /// <summary>Where the encoder lies.</summary>
    public string EncoderFolder => Path.Combine(Folder, "encoder");

    /// <summary>The encoder's id as it was when it was trained.</summary>
    public string EncoderId { get; private set; } = "";

    /// <summary>Processor time of stage I on all cores.</summary>
    public double EncoderSeconds { get; private set; }

    /// <summary>The trained encoder; null before <see cref="TrainEncoderAsync"/>.</summary>
    public MemoryEncoder? Encoder => encoder;

    /// <summary>Where the gates stand, chosen on the validation probes; null before <see cref="TrainEncoderAsync"/>.</summary>
    public Thresholds? Thresholds => keys?.Thresholds;

    /// <summary>What was found so far, in the order of the LLMs.</summary>
    public IReadOnlyList<LlmOutcome> Outcomes => outcomes;

    /// <summary>Where an LLM's bridge goes.</summary>
    public string BridgeFolderOf(string llmFolder) => Path.Combine(Folder, "bridges", NameOf(llmFolder));

    /// <summary>Stage I, and the keys of the edits.</summary>
    public async Task TrainEncoderAsync(CancellationToken cancellationToken = default)
    {
        var trained = await EncoderTrainer.TrainAsync(
            settings.Encoder,
            new EncoderTrainingData { Edits = data.Edits, OutOfScope = data.OutOfScope, Prefixes = data.Prefixes, Validation = data.Validation },
            encoderBase, EncoderFolder, progress, notes, cancellationToken);
        EncoderId = trained.ArtifactId;
        EncoderSeconds = trained.Reused ? SecondsOf(EncoderFolder) : trained.ProcessorSeconds;
        encoder = MemoryEncoder.From(EncoderFolder);
        keys = KeyStore.Load(Path.Combine(EncoderFolder, KeyStore.FileName), encoder);
    }

    /// <summary>The share of <see cref="EditingRunData.Known"/> that the unedited LLM answers, in percent; NaN when there is none.</summary>
    public double Known(Llm llm, CancellationToken cancellationToken = default) => Known(llm, data.Known, settings.ScoreBatch, cancellationToken);

    /// <summary>The share of such probes that the unedited LLM answers, in percent; NaN when there is none.</summary>
    public static double Known(Llm llm, IReadOnlyList<Probe> facts, int batch = 1024, CancellationToken cancellationToken = default)
    {
        if (facts.Count == 0) return double.NaN;
        using var unedited = new Unedited(llm);
        var hits = 0;
        foreach (var part in facts.Chunk(batch))
        {
            using var candidate = new Candidate(unedited, part, cancellationToken);
            hits += candidate.Answers.Zip(part).Count(a => NormalisedMatch.Is(a.First, a.Second.Answer));
        }
        return 100.0 * hits / facts.Count;
    }

    /// <summary>Stage II for one LLM; its folder, id and wall time.</summary>
    public async Task<(string Folder, string Id, double Seconds)> TrainBridgeAsync(string llmFolder, CancellationToken cancellationToken = default)
    {
        if (encoder is null) throw new InvalidOperationException("the encoder comes first");
        var folder = BridgeFolderOf(llmFolder);
        var trained = await BridgeTrainer.TrainAsync(
            settings.Bridge,
            new BridgeTrainingData { Edits = data.Edits, OutOfScope = data.OutOfScope, Prefixes = data.Prefixes, Validation = data.Validation },
            [EncoderFolder], llmFolder, folder, progress, notes, cancellationToken);
        return (folder, trained.ArtifactId, trained.Reused ? SecondsOf(folder) : trained.ProcessorSeconds);
    }

    /// <summary>Stage II for one LLM, then its scores. The encoder is only read; its id is computed anew from its bytes and reported.</summary>
    public async Task<LlmOutcome> BridgeAsync(string llmFolder, CancellationToken cancellationToken = default)
    {
        var trained = await TrainBridgeAsync(llmFolder, cancellationToken);
        using var llm = Llm.From(llmFolder);
        using var bridge = Bridge.From(trained.Folder);
        using var edited = Edited(llm, bridge);
        var results = Score(edited, cancellationToken);
        var outcome = new LlmOutcome(
            NameOf(llmFolder), llmFolder, Known(llm, cancellationToken), Artifact.Open(EncoderFolder, "encoder").Id, trained.Id, trained.Folder, trained.Seconds,
            results.ToDictionary(r => r.Key, r => Scores.Of(r.Value), StringComparer.Ordinal), results);
        outcomes.Add(outcome);
        return outcome;
    }

    /// <summary>The edited model that this run serves: LLM, bridge, encoder, keys and decision rule.</summary>
    public EditedModel Edited(Llm llm, Bridge bridge) => new(
        llm,
        [new Shard(encoder!, bridge.Projector, keys, DecisionRule.For(settings.Addressing, settings.Gated, keys!.Thresholds))],
        bridge.Layout, artifactIds: [EncoderId, bridge.ArtifactId]);

    /// <summary>Scores an edited model on the run's probes; a probe's result is in every protocol that applies to its kind.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ProbeResult>> Score(EditedModel edited, CancellationToken cancellationToken = default)
    {
        var objects = data.Edits.ToDictionary(e => e.Id, e => e.Object, StringComparer.Ordinal);
        using var unedited = new Unedited(edited.Llm);
        var results = settings.Protocols.ToDictionary(p => p.Name, _ => new List<ProbeResult>(), StringComparer.Ordinal);
        var meter = new ProgressMeter(progress, $"scoring {edited.Llm.Name}", data.Probes.Count);
        var done = 0;
        foreach (var part in data.Probes.Chunk(settings.ScoreBatch))
        {
            using var candidate = new Candidate(edited, part, cancellationToken);
            using var before = new Candidate(unedited, part, cancellationToken);
            foreach (var protocol in settings.Protocols) results[protocol.Name].AddRange(protocol.Score(candidate, before, objects));
            meter.Report(done += part.Length);
        }
        return results.ToDictionary(r => r.Key, r => (IReadOnlyList<ProbeResult>)r.Value, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        keys?.Dispose();
        encoder?.Dispose();
    }

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static double SecondsOf(string folder) => Artifact.Open(folder).Metrics["processorSeconds"]?.GetValue<double>() ?? 0;
}
