namespace MindBridge.Memory.Pretraining;

/// <summary>How good an encoder is, without any LLM: what the best checkpoint is chosen by.</summary>
/// <param name="Association">Part of the object pieces of held-out paraphrases that the frozen copy fills in from the feature; NaN without association.</param>
/// <param name="Recall">Part of the object pieces of those paraphrases that it fills in from the feature of the edit's own prompt, which is what addressing serves; NaN where no probe names its edit.</param>
/// <param name="ExistenceAuc">Probability that a held-out paraphrase scores higher than a held-out out-of-scope prompt; NaN without existence.</param>
/// <param name="Addressing">Part of the held-out paraphrases whose nearest edit (centred cosine between features) is their own.</param>
/// <param name="Probes">How many held-out paraphrases there are.</param>
public sealed record EncoderScore(double Association, double Recall, double ExistenceAuc, double Addressing, int Probes)
{
    /// <summary>The mean of what is defined of association, recall and existence; with none of them, addressing.</summary>
    public double Value => Parts.Average();

    /// <summary>The standard error of <see cref="Value"/>, each part taken as a proportion of independent probes.</summary>
    public double Error => Math.Sqrt(Parts.Sum(part => part * (1 - part) / Probes)) / Parts.Length;

    private double[] Parts => new[] { Association, Recall, ExistenceAuc }.Where(double.IsFinite).ToArray() is { Length: > 0 } defined ? defined : [Addressing];
}
