using MindBridge.Memory.Edits;

namespace MindBridge.Memory.Splits;

/// <summary>
/// Guesses what a locality prompt is about: files do not say. A prompt that fits a template of some edit ("The mother tongue of {} is") is about what stands in
/// the subject's place; any other prompt is about itself.
/// </summary>
internal sealed class NeighbourSubject
{
    // By the template's first word before the subject, or its last word after it.
    private readonly Dictionary<string, List<(string Before, string After)>> templates = new(StringComparer.Ordinal);

    public NeighbourSubject(IEnumerable<Edit> edits)
    {
        foreach (var template in edits.Select(e => RelationTemplates.TemplateOf(e.Prompt, e.Subject)).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var place = template.IndexOf("{}", StringComparison.Ordinal);
            var (before, after) = (template[..place], template[(place + 2)..]);
            var key = before.Length > 0 ? before.Split(' ')[0] : after.TrimEnd().Split(' ')[^1];
            if (!templates.TryGetValue(key, out var list)) templates[key] = list = [];
            list.Add((before, after));
        }
    }

    public string Of(string prompt)
    {
        var words = prompt.Trim().Split(' ');
        foreach (var key in (ReadOnlySpan<string>)[words[0], words[^1]])
        {
            foreach (var (before, after) in templates.GetValueOrDefault(key) ?? [])
            {
                if (prompt.Length > before.Length + after.Length && prompt.StartsWith(before, StringComparison.Ordinal) && prompt.EndsWith(after, StringComparison.Ordinal))
                    return NormalisedText.Fold(prompt[before.Length..^after.Length]);
            }
        }

        return NormalisedText.Fold(prompt);
    }
}
