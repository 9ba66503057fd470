using MindBridge.Models.Pretraining;

namespace MindBridge.Cli.World;

/// <summary>What base models are trained on: the world's facts in sentences, and filler passages.</summary>
internal static class WorldText
{
    private const int Passages = 1500, SentencesInPassage = 2;
    private const int FillerSeed = 3;

    /// <summary>
    /// Every fact in every train wording, and the facts that are never corrected in the test wordings too; so a base model knows all facts and understands all
    /// wordings, but has seen no test wording about any subject that may be corrected.
    /// </summary>
    public static PretrainingText Of(DemoWorld world) => new(
        [.. world.Facts.SelectMany(fact => Wordings(world.RelationOf(fact), fact).Select(wording => Stated(wording, fact)))],
        [.. world.Filler.Passages(Passages, SentencesInPassage, new Random(FillerSeed))]);

    private static IEnumerable<string> Wordings(Relation relation, Fact fact) =>
        fact.Role == FactRole.Known ? relation.Train.Concat(relation.Test) : relation.Train;

    private static StatedFact Stated(string wording, Fact fact)
    {
        var prompt = Relation.Prompt(wording, fact.Subject);
        return new StatedFact($"{prompt} {fact.Object}.", prompt.Length + 1, fact.Object.Length);
    }
}
