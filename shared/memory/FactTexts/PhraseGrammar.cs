using System.Globalization;
using System.Text.RegularExpressions;
using MindBridge.Memory.Checkpoints;

namespace MindBridge.Memory.FactTexts;

/// <summary>
/// Makes sentences nobody has read: frames ("The {adjective} {noun} {went}.") filled at random from lists of words, so that there are more of them than an
/// encoder can learn by heart.
/// </summary>
internal sealed partial class PhraseGrammar
{
    private const string Frame = "frame";

    private readonly Dictionary<string, string[]> words = new(StringComparer.Ordinal);
    private readonly List<string> frames = [];

    /// <param name="lines">"class: word|word" or "frame: text with {class}"; # begins a remark.</param>
    /// <exception cref="InvalidDataException">A frame names a class that has no words.</exception>
    public PhraseGrammar(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, rest) = (line[..colon], line[(colon + 1)..].Trim());
            if (name == Frame) frames.Add(rest);
            else words[name] = rest.Split('|');
        }

        foreach (var name in frames.SelectMany(f => Slot().Matches(f).Select(m => m.Groups[1].Value)).Where(n => !words.ContainsKey(n) && n is not ("year" or "day" or "number")))
            throw new InvalidDataException($"a frame asks for \"{name}\", of which there are no words; add a line \"{name}: ...\"");
    }

    /// <summary>One sentence, or a piece of one.</summary>
    public string Next(RandomStream random)
    {
        var text = Slot().Replace(random.Pick(frames), match => Fill(match.Groups[1].Value, random));
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    private string Fill(string slot, RandomStream random) => slot switch
    {
        "year" => (1100 + random.Below(930)).ToString(CultureInfo.InvariantCulture),
        "day" => (1 + random.Below(28)).ToString(CultureInfo.InvariantCulture),
        "number" => (2 + random.Below(random.Chance(0.5) ? 98 : 9998)).ToString(CultureInfo.InvariantCulture),
        _ => random.Pick(words[slot]),
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Slot();
}
