namespace MindBridge.EncoderTrainer.Hosting;

/// <summary>How encoders are trained; the configuration section <c>Encoder</c>. Its part <c>Recipe</c> sets any training setting by name.</summary>
public sealed record EncoderSettings
{
    /// <summary>The folder of the base model: BERT or DistilBERT as Hugging Face stores it.</summary>
    public string BaseModel { get; init; } = "";

    /// <summary>
    /// A file of general sentences, one a line, that are put before prompts in training; empty for the shipped English ones. Give sentences of your own where prompts are in another language
    /// or domain, or the LLM knows little English.
    /// </summary>
    public string? Prefixes { get; init; }

    /// <summary>Where training runs: "cpu" or "cuda".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>How often every edit is seen; null for as often as the recipe says.</summary>
    public int? Epochs { get; init; }

    /// <summary>How often every edit is seen when the shard's last encoder is where training begins.</summary>
    public int WarmEpochs { get; init; } = 12;

    /// <summary>One seed, one encoder.</summary>
    public int Seed { get; init; }

    /// <summary>Time between two checkpoints: what a worker's death can cost.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between two looks for commits that no event told of.</summary>
    public TimeSpan ReconcileEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many unpacked encoders stay on this machine.</summary>
    public int KeptEncoders { get; init; } = 4;

    internal IReadOnlyList<string> Sentences() => [.. File.ReadLines(Prefixes!).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal)];

    /// <exception cref="ArgumentException">A setting will not do; the message names it.</exception>
    internal void Check()
    {
        if (string.IsNullOrWhiteSpace(BaseModel)) throw new ArgumentException("Encoder:BaseModel is empty; name the folder of a BERT or DistilBERT model");
        if (!File.Exists(Path.Combine(BaseModel, "config.json"))) throw new ArgumentException($"Encoder:BaseModel is {BaseModel}, which holds no config.json; name the folder of a BERT or DistilBERT model as Hugging Face stores it");
        if (Prefixes is { Length: > 0 } && !File.Exists(Prefixes)) throw new ArgumentException($"Encoder:Prefixes is {Prefixes}, and there is no such file; name a file of sentences, one a line, or leave it empty for the shipped ones");
        if (WarmEpochs < 1) throw new ArgumentException($"Encoder:WarmEpochs is {WarmEpochs}; give at least 1");
        if (CheckpointEvery <= TimeSpan.Zero) throw new ArgumentException($"Encoder:CheckpointEvery is {CheckpointEvery}; give a time above zero, for example 00:01:00");
        if (ReconcileEvery <= TimeSpan.Zero) throw new ArgumentException($"Encoder:ReconcileEvery is {ReconcileEvery}; give a time above zero, for example 00:00:15");
        if (KeptEncoders < 1) throw new ArgumentException($"Encoder:KeptEncoders is {KeptEncoders}; give at least 1");
    }
}
