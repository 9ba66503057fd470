using MindBridge.Memory.Addressing;
using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Encoders;
using MindBridge.Models;
using MindBridge.Tokenizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MindBridge.Memory.Pretraining;

/// <summary>One run of stage I: the models and the loss of a step.</summary>
internal sealed class EncoderTraining : ITrainable<EncoderStep>, IDisposable
{
    private static readonly string[] TokenizerFiles = ["vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "added_tokens.json"];

    private readonly EncoderTrainingSettings settings;
    private readonly MaskedLanguageModel encoder;
    private readonly MaskedLanguageModel dummy;
    private readonly Perceptron association;
    private readonly ExistenceHead existence;
    private readonly TokenisedMemory memory;
    private readonly StepPlan plan;
    private readonly EncoderValidation validation;
    private readonly Objectives objectives;
    private readonly Optimizer optimizer;
    private readonly BestWeights? best;
    private Tensor? featureCache;

    public EncoderTraining(EncoderTrainingSettings settings, EncoderTrainingData data, string baseFolder)
    {
        this.settings = settings;
        if (settings.Threads is { } threads) set_num_threads(threads);
        var device = torch.device(settings.Device);
        var tokenizer = TextTokenizer.From(baseFolder);
        encoder = MaskedLanguageModel.From(data.StartFolder ?? baseFolder, ScalarType.Float32, device);
        dummy = MaskedLanguageModel.From(baseFolder, ScalarType.Float32, device);
        dummy.eval();
        foreach (var weight in dummy.parameters()) weight.requires_grad = false;
        encoder.ComputeType = dummy.ComputeType = settings.ComputeType!.Value;
        encoder.Dropout = (float)settings.Dropout;

        association = new Perceptron(encoder.Width, 2L * encoder.Width, encoder.Width);
        existence = new ExistenceHead(encoder.Width);
        association.Draw(RandomStream.For(settings.Seed, "association"));
        existence.Draw(RandomStream.For(settings.Seed, "existence"));
        if (data.StartFolder is { } start)
        {
            using var heads = Safetensors.Open(Path.Combine(start, MemoryEncoder.HeadsName));
            association.Load(heads, "association.");
            existence.Load(heads, "existence.");
        }

        association.to(device);
        existence.to(device);

        memory = new TokenisedMemory(data, tokenizer, encoder.MaxPositions);
        plan = new StepPlan(memory, settings);
        validation = new EncoderValidation(data, memory, tokenizer);
        objectives = new Objectives(encoder, dummy, association, existence, settings);
        optimizer = new Optimizer([("encoder.", encoder), ("association.", association), ("existence.", existence)], settings.LearningRate, settings.WeightDecay, settings.Clip);
        if (!validation.Empty) best = new BestWeights(optimizer.Weights);
    }

    /// <summary>The models and the optimizer, for what measures them.</summary>
    internal (MaskedLanguageModel Encoder, MaskedLanguageModel Dummy, Perceptron Association, ExistenceHead Existence, Optimizer Optimizer) Parts => (encoder, dummy, association, existence, optimizer);

    public string Phase => "encoder";

    public long Steps => plan.Steps;

    public long StepsPerEpoch => plan.StepsPerEpoch;

    public TrainingState Run(Checkpoint<TrainingState> checkpoint, TrainingClock clock, IProgress<TrainingProgress>? progress, IProgress<string>? notes, CancellationToken cancellationToken) =>
        new TrainingRun<EncoderStep>(this, optimizer, best, settings.Patience, settings.CheckpointEvery, checkpoint, clock).Run(progress, notes, cancellationToken);

    public double LearningRateAt(long step) => LearningRate.At(settings.LearningRate, step, plan.Steps, settings.WarmUp);

    public EncoderStep Build(long step) => plan.Build(step);

    public (Tensor Total, IReadOnlyList<KeyValuePair<string, Tensor>> Parts) Loss(long step, EncoderStep reading)
    {
        // In the heads phase the encoder stands still, so its features are computed once.
        if (reading.Cached is not null) featureCache ??= FeatureCache();
        encoder.train();
        // Dropout masks depend on the step alone, so a resumed run draws the same.
        encoder.DropoutSeed = RandomStream.For(settings.Seed, "encoder-dropout", step).Next();
        if (encoder.Device.type is not DeviceType.CPU) manual_seed((long)(encoder.DropoutSeed.Value >> 1));
        var (total, tensors) = objectives.Loss(reading, featureCache);
        var parts = new List<KeyValuePair<string, Tensor>>(tensors.Length);
        for (var i = 0; i < tensors.Length; i++)
            if (tensors[i] is { } part) parts.Add(new(Objectives.Parts[i], part));
        return (total, parts);
    }

    public IReadOnlyDictionary<string, double>? Validate(int epoch, bool last)
    {
        if (plan.PhaseOf((epoch * plan.StepsPerEpoch) - 1) is not StepPhase.Joint || (!last && epoch % settings.ValidateEvery != 0)) return null;
        var score = validation.Score(encoder, dummy, association, existence, settings);
        return new[] { ("association", score.Association), ("recall", score.Recall), ("existenceAuc", score.ExistenceAuc), ("addressing", score.Addressing), ("score", score.Value), ("error", score.Error) }
            .Where(s => double.IsFinite(s.Item2)).ToDictionary(s => s.Item1, s => s.Item2);
    }

    public void WeightsChanged() => encoder.ParametersChanged();

    /// <summary>Writes the encoder's files into the artifact's folder: weights, tokenizer, heads, its texts, and the keys of its edits.</summary>
    public void Save(string folder, string baseFolder, EncoderTrainingData data)
    {
        encoder.Save(folder, settings.StoredType);
        foreach (var name in TokenizerFiles)
        {
            var from = Path.Combine(baseFolder, name);
            if (File.Exists(from)) File.Copy(from, Path.Combine(folder, name));
        }

        Safetensors.Write(Path.Combine(folder, MemoryEncoder.HeadsName), new Dictionary<string, Tensor>(association.Weights("association.").Concat(existence.Weights("existence."))));
        TrainingTexts.Write(data, folder);
        // The keys are features of the weights as they were written, not of those that were rounded for it.
        using var written = MemoryEncoder.From(folder, ScalarType.Float32);
        using var keys = KeyStore.Build(written, data.Edits);
        keys.Calibrate(written, data.Validation);
        keys.Save(Path.Combine(folder, KeyStore.FileName));
    }

    public void Dispose()
    {
        featureCache?.Dispose();
        best?.Dispose();
        optimizer.Dispose();
        association.Dispose();
        existence.Dispose();
        dummy.Dispose();
        encoder.Dispose();
    }

    private Tensor FeatureCache()
    {
        encoder.eval();
        int[][] rows =
        [
            .. memory.Edits.Select(e => (int[])[memory.Classify, .. e.Prompts[0], memory.Separate]),
            .. memory.OutOfScope.Select(p => (int[])[memory.Classify, .. p[0], memory.Separate]),
        ];
        return MemoryEncoder.Features(encoder, rows, CancellationToken.None).DetachFromDisposeScope();
    }
}
