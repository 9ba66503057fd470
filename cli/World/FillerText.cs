using System.Text.RegularExpressions;

namespace MindBridge.Cli.World;

/// <summary>
/// Neutral text without facts: finished sentences, and frames whose <c>{slots}</c> are filled at random ("{Person} left {thing} near {place}.";
/// a capital letter in the slot's name asks for one in the filling).
/// </summary>
internal sealed partial record FillerText(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Slots, IReadOnlyList<string> Frames, IReadOnlyList<string> Sentences)
{
    private const double FinishedShare = 0.3;

    /// <summary>One sentence.</summary>
    public string Sentence(Random random) =>
        random.NextDouble() < FinishedShare
            ? Sentences[random.Next(Sentences.Count)]
            : Slot().Replace(Frames[random.Next(Frames.Count)], match => Fill(match.Groups[1].Value, random));

    /// <summary>Passages of a few sentences each.</summary>
    public IEnumerable<string> Passages(int count, int sentences, Random random)
    {
        for (var i = 0; i < count; i++)
            yield return string.Join(' ', Enumerable.Range(0, sentences).Select(_ => Sentence(random)));
    }

    private string Fill(string slot, Random random)
    {
        var choices = Slots[char.ToLowerInvariant(slot[0]) + slot[1..]];
        var word = choices[random.Next(choices.Count)];
        return char.IsUpper(slot[0]) ? char.ToUpperInvariant(word[0]) + word[1..] : word;
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Slot();
}
