using MindBridge.Evaluator.ScoringBridges;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.MakingProbeSets;

/// <summary>
/// Probes that no training saw, from the edits alone: an edit's subject in the paraphrases that other edits of its relation hold out, and its own prompt after a sentence of another matter. The same edits and
/// the same seed make the same probes.
/// </summary>
internal static class GeneratedProbes
{
    private const int LeastSubject = 2;

    // Said before a prompt, they change nothing of what is asked.
    private static readonly string[] s_openings =
    [
        "It had rained all morning, and nobody was in a hurry.", "The lecture was nearly over.", "Two people were talking on the train.", "Here is a question from last week's quiz.",
        "She closed the book and thought for a while.", "The radio was on in the kitchen.", "At the end of the page there was a note.",
    ];

    public static IReadOnlyList<Probe> Of(IReadOnlyList<Wire.RecordedEdit> edits, int most, ulong seed)
    {
        var templates = edits.Where(e => e.Edit.Relation.Length > 0).GroupBy(e => e.Edit.Relation, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.SelectMany(Templates).DistinctBy(t => t.Text, StringComparer.Ordinal).ToList(), StringComparer.Ordinal);
        var lots = new Lots(seed);
        var probes = new List<Probe>();
        foreach (var edit in edits.OrderBy(e => e.FactId, StringComparer.Ordinal))
        {
            var known = edit.Edit.Wordings.Concat(edit.Edit.Paraphrases).Append(edit.Edit.Prompt).ToHashSet(StringComparer.Ordinal);
            var asked = from template in templates.GetValueOrDefault(edit.Edit.Relation) ?? []
                        where template.Of != edit.FactId
                        let prompt = template.Text.Replace(Place, edit.Edit.Subject, StringComparison.Ordinal)
                        where !known.Contains(prompt)
                        select prompt;
            var opened = $"{s_openings[lots.Below(s_openings.Length)]} {edit.Edit.Prompt}";
            probes.AddRange(asked.Append(opened).Distinct(StringComparer.Ordinal).Select(prompt => new Probe(ProbeKind.Generality, prompt, edit.Edit.Object, Absent(edit.Edit.OldObject), edit.FactId)));
        }

        return lots.Draw(probes, most);
    }

    private const string Place = "\u0001";

    private static IEnumerable<(string Of, string Text)> Templates(Wire.RecordedEdit edit) =>
        from paraphrase in edit.Edit.Paraphrases
        where edit.Edit.Subject.Length >= LeastSubject && paraphrase.Split(edit.Edit.Subject).Length == 2
        select (edit.FactId, paraphrase.Replace(edit.Edit.Subject, Place, StringComparison.Ordinal));

    private static string? Absent(string text) => text.Length == 0 ? null : text;

    // Random's sequence may change with the runtime, and with it every set's id.
    private sealed class Lots(ulong seed)
    {
        private ulong state = (seed * 0x9E3779B97F4A7C15UL) + 0xD1B54A32D192ED03UL;

        public int Below(int bound)
        {
            state += 0x9E3779B97F4A7C15UL;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return (int)((mixed ^ (mixed >> 31)) % (ulong)bound);
        }

        public IReadOnlyList<Probe> Draw(List<Probe> probes, int most)
        {
            if (probes.Count <= most) return probes;
            var places = Enumerable.Range(0, probes.Count).ToArray();
            for (var i = 0; i < most; i++)
            {
                var other = i + Below(places.Length - i);
                (places[i], places[other]) = (places[other], places[i]);
            }

            return [.. places.Take(most).Order().Select(i => probes[i])];
        }
    }
}
