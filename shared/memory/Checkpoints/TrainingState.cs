namespace MindBridge.Memory.Checkpoints;

/// <summary>One point of a learning curve, kept for the report.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Losses">Mean of each part of the loss since the last point.</param>
/// <param name="Scores">Validation scores taken at this point; null where none were.</param>
public sealed record CurvePoint(int Epoch, long Step, IReadOnlyDictionary<string, double> Losses, IReadOnlyDictionary<string, double>? Scores);

/// <summary>What a trainer remembers between two runs besides tensors; all else follows from the step number and the seed.</summary>
internal sealed record TrainingState
{
    /// <summary>Steps done, left-out ones included.</summary>
    public long Step { get; set; }

    /// <summary>Steps left out.</summary>
    public long Skipped { get; set; }

    /// <summary>Sums of the parts of the loss since the last point of the curve.</summary>
    public Dictionary<string, double> Sums { get; set; } = [];

    /// <summary>How many values are in each sum.</summary>
    public Dictionary<string, long> Counts { get; set; } = [];

    /// <summary>The curve so far.</summary>
    public List<CurvePoint> Curve { get; set; } = [];

    /// <summary>The validation score of the weights that are kept; null before the first.</summary>
    public double? Best { get; set; }

    /// <summary>The epoch it was reached in.</summary>
    public int BestEpoch { get; set; }

    /// <summary>The highest validation score so far, which is that of the kept weights or cannot be told from it.</summary>
    public double? Highest { get; set; }

    /// <summary>Validations since the highest.</summary>
    public int SinceBest { get; set; }

    /// <summary>Processor time of this and earlier runs, for the metrics.</summary>
    public double ProcessorSeconds { get; set; }

    /// <summary>Wall time of this and earlier runs, for the metrics.</summary>
    public double WallSeconds { get; set; }

    public void Add(string part, double value)
    {
        Sums[part] = Sums.GetValueOrDefault(part) + value;
        Counts[part] = Counts.GetValueOrDefault(part) + 1;
    }

    /// <summary>Closes a point of the curve.</summary>
    public void Point(int epoch, IReadOnlyDictionary<string, double>? scores)
    {
        Curve.Add(new CurvePoint(epoch, Step, Sums.ToDictionary(s => s.Key, s => s.Value / Counts[s.Key]), scores));
        Sums.Clear();
        Counts.Clear();
    }
}
