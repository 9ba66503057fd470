using MindBridge.Evaluator.Gating;
using MindBridge.Evaluator.MeasuringDifferences;
using MindBridge.Evaluator.ScoringBridges;

namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>What one task came to.</summary>
/// <param name="Task">One of <see cref="AbilityTask"/>.</param>
/// <param name="Base">Where the unedited LLM lies; in percent of right answers, or perplexity a word.</param>
/// <param name="Edited">Where the edited LLM lies.</param>
/// <param name="Difference">Edited less base, paired, over what counts.</param>
/// <param name="LeftOut">What the LLM had no room for.</param>
/// <param name="Spoke">Those of what counts on which the memory spoke.</param>
/// <param name="Chance">Of 100, how often the right answer is the most frequent one.</param>
internal sealed record AbilityFigure(string Task, Bounds Base, Bounds Edited, FigureDifference Difference, int LeftOut, int Spoke, double Chance);

/// <summary>From the outcomes of an evaluation to what an LLM can do before and after.</summary>
internal static class AbilityFigures
{
    /// <summary>In the order of the tasks; one without anything that counts is missing.</summary>
    public static IReadOnlyList<AbilityFigure> Of(IReadOnlyList<ProbeOutcome> outcomes)
    {
        var figures = new List<AbilityFigure>();
        foreach (var task in AbilityTask.All)
        {
            var all = outcomes.Where(o => o.Kind == task).ToList();
            var counted = all.Where(o => o is { Value: not null, BaseValue: not null }).ToList();
            if (counted.Count == 0) continue;
            var difference = Differences([.. counted.Select(o => (o, o.BaseValue!.Value, o.Value!.Value))]).Single();
            var chance = task == AbilityTask.Perplexity ? 0 : 100.0 * counted.CountBy(o => o.Answer).Max(c => c.Value) / counted.Count;
            figures.Add(new AbilityFigure(task, Bounds(task, counted, o => o.BaseValue!.Value), Bounds(task, counted, o => o.Value!.Value), difference, all.Count - counted.Count, counted.Count(o => o.Edited == true), chance));
        }

        return figures;
    }

    /// <summary>Second less first, task by task.</summary>
    /// <param name="pairs">What was asked, and how it came out in both.</param>
    public static IEnumerable<FigureDifference> Differences(IReadOnlyList<(ProbeOutcome Of, double First, double Second)> pairs) =>
        from task in AbilityTask.All
        let mine = pairs.Where(p => p.Of.Kind == task).ToList()
        where mine.Count > 0
        select task == AbilityTask.Perplexity ? OfPassages(mine) : FigureDifference.Of(task, ScoringProtocol.GeneralAbility, [.. mine.Select(p => (p.First, p.Second))]);

    private static FigureDifference OfPassages(List<(ProbeOutcome Of, double First, double Second)> pairs)
    {
        var all = Enumerable.Range(0, pairs.Count).ToList();
        int[] words = [.. pairs.Select(p => WordsOf(p.Of))];
        double[] one = [.. pairs.Select(p => p.First)], other = [.. pairs.Select(p => p.Second)];
        var (first, second) = (Perplexity(all, words, one), Perplexity(all, words, other));
        var (low, high) = pairs.All(p => p.First == p.Second) ? (0, 0) : Resampled.Of(pairs.Count, drawn => Perplexity(drawn, words, other) - Perplexity(drawn, words, one));
        return new FigureDifference(
            AbilityTask.Perplexity, first, second, low, high, pairs.Count, SignedRanks.P([.. pairs.Select(p => p.Second - p.First)]), "wilcoxon", pairs.Count(p => p.Second < p.First), pairs.Count(p => p.Second > p.First));
    }

    private static Bounds Bounds(string task, List<ProbeOutcome> counted, Func<ProbeOutcome, double> value)
    {
        if (task != AbilityTask.Perplexity)
        {
            var (from, to) = Wilson.Of(counted.Average(value), counted.Count);
            return new Bounds(100 * from, 100 * to);
        }

        int[] words = [.. counted.Select(WordsOf)];
        double[] nats = [.. counted.Select(value)];
        var (low, high) = Resampled.Of(counted.Count, drawn => Perplexity(drawn, words, nats));
        return new Bounds(low, high);
    }

    // Passages differ in length by a few words: each word counts the same.
    private static double Perplexity(IReadOnlyList<int> places, int[] words, double[] nats)
    {
        var (sum, all) = (0.0, 0L);
        foreach (var i in places)
        {
            sum += nats[i] * words[i];
            all += words[i];
        }

        return Math.Exp(sum / all);
    }

    private static int WordsOf(ProbeOutcome passage) => Math.Max(1, passage.Answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
}
