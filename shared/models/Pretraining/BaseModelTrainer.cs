using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MindBridge.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Pretraining;

/// <summary>How far a base model's training is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Running mean of the training loss.</param>
/// <param name="AnswerLoss">Running mean of the loss on the answers of stated facts, in nats per token; NaN where none came yet.</param>
/// <param name="LearningRate">Of the last step.</param>
/// <param name="Elapsed">Since this process began to train.</param>
public sealed record PretrainingProgress(long Step, long Steps, double Loss, double AnswerLoss, double LearningRate, TimeSpan Elapsed);

/// <summary>What a finished training leaves to say.</summary>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Vocabulary">Tokens of the tokenizer.</param>
/// <param name="Loss">Running mean of the loss at the end.</param>
/// <param name="AnswerLoss">Running mean of the answers' loss at the end.</param>
public sealed record PretrainingOutcome(long Parameters, int Vocabulary, double Loss, double AnswerLoss);

/// <summary>
/// Trains a small base model from nothing: a tokenizer, then the model (masked or causal language modelling, AdamW, cosine), and writes both as a
/// Hugging Face folder. One seed, one result on one machine; a killed training goes on from its last checkpoint to the same result.
/// </summary>
public static class BaseModelTrainer
{
    private const string CheckpointName = "training.checkpoint";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    /// <summary>Trains and writes <paramref name="folder"/>.</summary>
    /// <param name="settings">Shape and training.</param>
    /// <param name="text">What to learn.</param>
    /// <param name="folder">Created if missing; files of an earlier model in it are replaced.</param>
    /// <param name="stored">The type of the weights in model.safetensors.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops after the running step; the same call continues there.</param>
    /// <exception cref="ArgumentException">A setting no model can have.</exception>
    /// <exception cref="InvalidDataException">The text is empty, or the loss stopped being a number.</exception>
    public static PretrainingOutcome Train(
        PretrainingSettings settings, PretrainingText text, string folder, ScalarType stored = ScalarType.BFloat16,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        settings.Check();
        Directory.CreateDirectory(folder);
        WriteTokenizer(settings, text, folder);
        var tokenizer = TextTokenizer.From(folder);

        using var scope = NewDisposeScope();
        using Transformer model = settings.Kind == BaseModelKind.Bert
            ? MaskedLanguageModel.Create(Configuration(settings, tokenizer), settings.Seed)
            : CausalLanguageModel.Create(Configuration(settings, tokenizer), settings.Seed);
        model.ComputeType = settings.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        model.Dropout = 0; // a model of this size cannot overfit facts it is meant to know by heart
        model.train();
        IObjective objective = settings.Kind == BaseModelKind.Bert
            ? new MaskedObjective(model, new MaskedRows(text, tokenizer, settings.RowWidth, settings.TokensPerStep, settings.Seed))
            : new CausalObjective(model, new CausalRows(text, tokenizer, settings.RowWidth, settings.Seed), settings.TokensPerStep / settings.RowWidth, settings.RowWidth);

        var parameters = model.parameters().ToArray();
        using var adam = optim.AdamW(parameters, lr: settings.LearningRate, beta1: 0.9, beta2: 0.98, eps: 1e-8, weight_decay: settings.WeightDecay);
        var checkpoint = new TrainingCheckpoint(Path.Combine(folder, CheckpointName), Fingerprint(settings, text));
        var state = checkpoint.TryRead(parameters, adam) ?? new TrainingState(0, double.NaN, double.NaN);
        // Rows are a function of the seed: drawing them again is much cheaper than saving where each stream stood.
        for (var step = 0L; step < state.Step; step++) objective.Skip();

        var clock = Stopwatch.StartNew();
        for (var step = state.Step; step < settings.Steps; step++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                checkpoint.Write(state, parameters, adam);
                cancellationToken.ThrowIfCancellationRequested();
            }
            using var inner = NewDisposeScope();
            var rate = Rate(settings, step);
            foreach (var group in adam.ParamGroups) group.LearningRate = rate;
            var (loss, value, answers) = objective.Next();
            if (!double.IsFinite(value))
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"the loss of step {step + 1} is {value}; train with a lower learning rate than {settings.LearningRate}"));
            adam.zero_grad();
            loss.backward();
            nn.utils.clip_grad_norm_(parameters, settings.Clip);
            adam.step();
            model.ParametersChanged();
            state = new TrainingState(step + 1, Mean(state.Loss, value), Mean(state.AnswerLoss, answers));
            progress?.Report(new PretrainingProgress(state.Step, settings.Steps, state.Loss, state.AnswerLoss, rate, clock.Elapsed));
            if (settings.CheckpointEvery > 0 && state.Step % settings.CheckpointEvery == 0 && state.Step < settings.Steps) checkpoint.Write(state, parameters, adam);
        }

        model.eval();
        model.Save(folder, stored);
        var outcome = new PretrainingOutcome(parameters.Sum(p => p.numel()), tokenizer.VocabularySize, state.Loss, state.AnswerLoss);
        File.WriteAllText(Path.Combine(folder, "pretraining.json"), JsonSerializer.Serialize(new
        {
            settings, outcome.Parameters, outcome.Vocabulary, outcome.Loss, AnswerLoss = double.IsNaN(outcome.AnswerLoss) ? (double?)null : outcome.AnswerLoss,
        }, Readable) + "\n");
        checkpoint.Delete();
        return outcome;
    }

    private static void WriteTokenizer(PretrainingSettings settings, PretrainingText text, string folder)
    {
        // A word is written with and without a space before it, in the proportion in which the rows will show it.
        switch (settings.Kind)
        {
            case BaseModelKind.Bert:
                WordPieceTokenizer.Write(text.All, settings.Vocabulary, settings.Positions, folder);
                break;
            case BaseModelKind.Gpt2:
                BytePairTokenizer.WriteGpt2(text.All.Concat(text.All.Select(t => " " + t)), settings.Vocabulary, settings.Positions, folder);
                break;
            default:
                BytePairTokenizer.WriteLlama(text.All.Concat(text.All.Select(t => " " + t)), settings.Vocabulary, settings.Positions, folder);
                break;
        }
    }

    private static ModelConfiguration Configuration(PretrainingSettings s, TextTokenizer tokenizer)
    {
        var configuration = s.Kind switch
        {
            BaseModelKind.Bert => ModelConfiguration.Bert(tokenizer.VocabularySize, s.Hidden, s.Layers, s.Heads, s.Intermediate, s.Positions),
            BaseModelKind.Gpt2 => ModelConfiguration.Gpt2(tokenizer.VocabularySize, s.Hidden, s.Layers, s.Heads, s.Positions, tokenizer.Eos!.Value),
            _ => ModelConfiguration.Llama(
                tokenizer.VocabularySize, s.Hidden, s.Layers, s.Heads, s.KeyValueHeads, s.Intermediate, s.Positions, tokenizer.Bos!.Value, tokenizer.Eos!.Value),
        };
        configuration.Json["initializer_range"] = s.InitializerRange;
        if (s.Kind == BaseModelKind.Gpt2 && s.Intermediate != 4 * s.Hidden) configuration.Json["n_inner"] = s.Intermediate;
        return ModelConfiguration.Parse(configuration.Json);
    }

    /// <summary>Linear warm-up, then half a cosine to 3 % of the peak.</summary>
    private static double Rate(PretrainingSettings settings, long step)
    {
        var rise = Math.Max(1, (long)(settings.WarmUp * settings.Steps));
        var fall = 0.5 * (1 + Math.Cos(Math.PI * Math.Max(0, step - rise) / Math.Max(1.0, settings.Steps - rise)));
        return settings.LearningRate * Math.Min((step + 1.0) / rise, (0.97 * fall) + 0.03);
    }

    private static double Mean(double before, double now) =>
        double.IsNaN(now) ? before : double.IsNaN(before) ? now : (0.97 * before) + (0.03 * now);

    private static string Fingerprint(PretrainingSettings settings, PretrainingText text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(settings)));
        foreach (var fact in text.Facts) hash.AppendData(Encoding.UTF8.GetBytes($"{fact.AnswerStart} {fact.AnswerLength} {fact.Text}\n"));
        foreach (var passage in text.Passages) hash.AppendData(Encoding.UTF8.GetBytes(passage + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
