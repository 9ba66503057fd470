using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Bridging;

/// <summary>One run of stage II: the frozen models, the projectors, the loss of a step.</summary>
internal sealed class BridgeTraining : ITrainable<BridgeStep>, IDisposable
{
    private readonly BridgeTrainingSettings settings;
    private readonly BridgeTrainingData data;
    private readonly List<MemoryEncoder> encoders = [];
    private readonly Llm llm;
    private readonly Projector[] projectors;
    private readonly BridgeTexts texts;
    private readonly BridgeCache cache;
    private readonly BridgePlan plan;
    private readonly BridgeValidation validation;
    private readonly BridgeObjectives objectives;
    private readonly Optimizer optimizer;
    private readonly BestWeights? best;

    public BridgeTraining(BridgeTrainingSettings settings, BridgeTrainingData data, IReadOnlyList<string> encoderFolders, string llmFolder, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        (this.settings, this.data) = (settings, data);
        if (settings.Threads is { } threads) set_num_threads(threads);
        var device = torch.device(settings.Device);
        foreach (var folder in encoderFolders) encoders.Add(MemoryEncoder.From(folder, settings.ComputeType));
        llm = Llm.From(llmFolder, ScalarType.Float32, device);
        foreach (var weight in llm.Model.parameters()) weight.requires_grad = false;
        llm.Model.ComputeType = settings.ComputeType!.Value;

        texts = new BridgeTexts(data, settings, encoders, llm, cancellationToken);
        plan = new BridgePlan(texts, settings, encoders.Count, llm.Tokenizer.Bos);
        cache = new BridgeCache(texts, settings, encoders, llm, progress, cancellationToken);
        projectors = [.. encoders.Select(e => new Projector(e.Width, settings.SoftTokens, llm.Model.Width, settings.Hidden))];
        for (var i = 0; i < projectors.Length; i++) projectors[i].Draw(RandomStream.For(settings.Seed, "projector", i));
        for (var i = 0; i < projectors.Length; i++) Scale(projectors[i], cache.FeaturesOf([.. Enumerable.Range(0, Math.Min(1000, texts.Edits)).Select(k => (long)k)])[i]);
        foreach (var projector in projectors) projector.to(device);
        validation = new BridgeValidation(data, settings, encoders, llm, cancellationToken);
        objectives = new BridgeObjectives(llm, projectors, cache, settings);
        optimizer = new Optimizer([.. projectors.Select((p, i) => (Bridge.PrefixOf(i, projectors.Length), (nn.Module)p))], settings.LearningRate, settings.WeightDecay, settings.Clip);
        if (!validation.Empty) best = new BestWeights(optimizer.Weights);
    }

    /// <summary>The models, texts and optimizer, for what measures them.</summary>
    internal (MemoryEncoder Encoder, Llm Llm, Projector Projector, BridgeTexts Texts, Optimizer Optimizer) Parts => (encoders[0], llm, projectors[0], texts, optimizer);

    public string Phase => $"bridge {llm.Name}";

    public long Steps => plan.Steps;

    public long StepsPerEpoch => plan.StepsPerEpoch;

    public TrainingState Run(Checkpoint<TrainingState> checkpoint, TrainingClock clock, IProgress<TrainingProgress>? progress, IProgress<string>? notes, CancellationToken cancellationToken) =>
        new TrainingRun<BridgeStep>(this, optimizer, best, settings.Patience, settings.CheckpointEvery, checkpoint, clock).Run(progress, notes, cancellationToken);

    public double LearningRateAt(long step) => LearningRate.At(settings.LearningRate, step, plan.Steps, settings.WarmUp);

    public BridgeStep Build(long step) => plan.Build(step);

    public (Tensor Total, IReadOnlyList<KeyValuePair<string, Tensor>> Parts) Loss(long step, BridgeStep reading)
    {
        var (total, memory, locality) = objectives.Loss(reading, RandomStream.For(settings.Seed, "bridge-noise", step));
        return locality is null ? (total, [new("memory", memory)]) : (total, [new("memory", memory), new("locality", locality)]);
    }

    public IReadOnlyDictionary<string, double>? Validate(int epoch, bool last) => last || epoch % settings.ValidateEvery == 0 ? validation.Score(projectors) : null;

    public void WeightsChanged()
    {
    }

    /// <summary>Writes the projectors into the artifact's folder, and the texts where nobody else keeps them.</summary>
    public void Save(string folder)
    {
        Safetensors.Write(Path.Combine(folder, Bridge.WeightsName), new Dictionary<string, Tensor>(projectors.SelectMany((p, i) => p.Weights(Bridge.PrefixOf(i, projectors.Length)))));
        if (data.KeepTexts) TrainingTexts.Write(new EncoderTrainingData { Edits = data.Edits, OutOfScope = data.OutOfScope, Prefixes = data.Prefixes, Validation = data.Validation }, folder);
    }

    public void Dispose()
    {
        best?.Dispose();
        optimizer.Dispose();
        validation.Dispose();
        cache.Dispose();
        foreach (var projector in projectors) projector.Dispose();
        llm.Dispose();
        foreach (var encoder in encoders) encoder.Dispose();
    }

    // Soft tokens of the length that the LLM's own embeddings have are neither drowned nor drowning at the first step.
    private void Scale(Projector projector, Tensor features)
    {
        if (settings.SoftNorm is not { } norm)
        {
            projector.ScaleSecondLayer(0.5);
            return;
        }

        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var every = Math.Max(1, llm.Model.VocabularySize / 4096);
        var sample = Enumerable.Range(0, llm.Model.VocabularySize / every).Select(i => (long)i * every).ToArray();
        var known = llm.Model.Embed(tensor(sample, device: llm.Model.Device).view(1, -1)).pow(2).sum().sqrt().item<float>() / Math.Sqrt(sample.Length);
        var soft = projector.forward(features.cpu()).pow(2).sum().sqrt().item<float>() / Math.Sqrt(features.shape[0] * settings.SoftTokens);
        projector.ScaleOutput(norm * known / soft);
    }
}
