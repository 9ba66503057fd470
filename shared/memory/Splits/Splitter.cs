using MindBridge.Memory.Checkpoints;
using MindBridge.Memory.Edits;
using MindBridge.Memory.FactTexts;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Splits;

/// <summary>
/// Splits an edit file into what trains, what chooses and what scores, so that no text is on two sides.
/// </summary>
/// <remarks>
/// Out-of-scope prompts come from, in this order: an out-of-scope file of the caller's; the prompts of the file's edits beyond the limit, about other subjects; and, while these are
/// fewer than half the edits, the file's locality prompts, of which two fifths train, a tenth chooses and half score (divided by subject, so that a subject is on one
/// side only), with the shipped general prompts. Of the first two sources a part is held out: it scores as <see cref="ProbeKind.LocalityHeldOut"/>, or chooses.
/// A training prompt that touches a probe is dropped; a probe that asks for a trained prompt (ZsRE's paraphrases are other records' questions) is dropped too.
/// </remarks>
public sealed class Splitter
{
    private readonly SplitSettings settings;
    private readonly Dictionary<string, int> leftOut = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> sources = new(StringComparer.Ordinal);

    private Splitter(SplitSettings settings) => this.settings = settings;

    /// <summary>Splits.</summary>
    /// <param name="set">The edits, conflicts resolved.</param>
    /// <param name="settings">Seed, limit and shares.</param>
    /// <param name="outOfScope">The caller's own out-of-scope prompts, if any.</param>
    /// <param name="validation">The caller's own validation probes, if any; they take the place of ours.</param>
    /// <param name="heldOut">The caller's own held-out probes, if any; they score beside the file's.</param>
    /// <exception cref="InvalidDataException">There are no edits.</exception>
    public static Split Make(EditSet set, SplitSettings settings, IReadOnlyList<GeneralPrompt>? outOfScope = null, IReadOnlyList<Probe>? validation = null, IReadOnlyList<Probe>? heldOut = null)
    {
        foreach (var (name, count) in new[] { ("wordings", settings.Wordings), ("hard negatives", settings.HardNegatives) })
            if (count < 0) throw new ArgumentException($"{name} are {count}; give 0 (none) or more");
        return new Splitter(settings).Run(set, outOfScope, validation, heldOut);
    }

    private Split Run(EditSet set, IReadOnlyList<GeneralPrompt>? given, IReadOnlyList<Probe>? givenValidation, IReadOnlyList<Probe>? givenHeldOut)
    {
        var records = set.Records.Take(settings.Limit ?? int.MaxValue).ToList();
        if (records.Count == 0) throw new InvalidDataException("there are no edits to split; give an edit file with usable rows and a limit of at least 1");
        var subjects = records.Select(r => NormalisedText.Fold(r.Edit.Subject)).ToHashSet(StringComparer.Ordinal);
        var asked = records.SelectMany(r => r.Edit.Wordings.Prepend(r.Edit.Prompt)).Select(NormalisedText.Fold).ToHashSet(StringComparer.Ordinal);

        var (train, chooses, scores) = (new List<GeneralPrompt>(), new List<GeneralPrompt>(), new List<GeneralPrompt>());
        Divide(Outside(given ?? [], subjects, asked), "the out-of-scope file", holdOut: givenHeldOut is null, holdChoosing: givenValidation is null);
        Divide(Outside(set.Records.Skip(records.Count).Select(r => new GeneralPrompt(r.Edit.Prompt, r.Edit.OldObject, r.Edit.Subject, r.Edit.Id)), subjects, asked),
            "edits beyond the limit", holdOut: givenHeldOut is null, holdChoosing: givenValidation is null);

        var probes = InOrder(records.SelectMany(r => r.Probes), asked);
        if (train.Count < records.Count / 2)
        {
            probes = ShareLocality(probes, records, train, chooses);
            foreach (var prompt in GeneralPrompts.All) train.Add(new GeneralPrompt(prompt));
            Count(sources, "shipped general prompts", GeneralPrompts.All.Count);
        }

        probes.AddRange(scores.Select(p => new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = p.Prompt, Answer = p.Answer ?? "" }));
        probes.AddRange((givenHeldOut ?? []).Where(p => !asked.Contains(NormalisedText.Fold(p.Prompt))));

        // Training texts give way to probes; wordings are drawn so that they touch none.
        var check = new ProbeIndex(probes.Concat(givenValidation ?? []));
        var templates = RelationTemplates.Of([.. records.Select(r => r.Edit)], settings.HeldOutTemplates, settings.Seed, settings.Templates);
        var edits = records.ConvertAll(r => r.Edit with
        {
            Wordings = [.. r.Edit.Wordings, .. templates.WordingsOf(r.Edit, settings.Wordings, settings.Seed, check.Touches)],
        });
        var choosing = givenValidation?.ToList() ?? Choosing(records, templates, check, chooses, probes);

        var all = new ProbeIndex(probes.Concat(choosing));
        var negatives = new List<OutOfScopePrompt>();
        foreach (var prompt in train.DistinctBy(p => p.Prompt, StringComparer.Ordinal))
        {
            if (all.Touches(prompt.Prompt)) Count(leftOut, "out-of-scope prompts that touch a probe");
            else negatives.Add(new OutOfScopePrompt { Prompt = prompt.Prompt, Wordings = [.. prompt.Wordings.Where(w => !all.Touches(w))] });
        }

        foreach (var edit in edits)
            negatives.AddRange(templates.HardNegativesOf(edit, settings.HardNegatives, settings.Seed, all.Touches).Select(p => new OutOfScopePrompt { Prompt = p, EditId = edit.Id }));

        // What still leaks is a probe that asks for an edit's own prompt: it measures nothing.
        var leaks = all.Leaks(edits.SelectMany(e => e.Wordings.Prepend(e.Prompt))).Select(l => l.Probe).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var kind in leaks.Cast<Probe>().GroupBy(p => p.Kind)) Count(leftOut, $"{kind.Key} probes that ask a trained prompt", kind.Count());
        return new Split
        {
            Edits = edits,
            OutOfScope = negatives,
            Validation = [.. choosing.Where(p => !leaks.Contains(p))],
            Probes = [.. probes.Where(p => !leaks.Contains(p))],
            LeftOut = leftOut,
            Sources = sources,
        };

        void Divide(IReadOnlyList<GeneralPrompt> prompts, string source, bool holdOut, bool holdChoosing)
        {
            if (prompts.Count == 0) return;
            Count(sources, source, prompts.Count);
            var (toScore, toChoose) = (holdOut ? Math.Min(settings.HeldOutFacts - scores.Count, prompts.Count * 15 / 100) : 0, holdChoosing ? Math.Min(settings.ValidationPrompts - chooses.Count, prompts.Count / 10) : 0);
            // A whole subject goes to one side.
            var groups = prompts.GroupBy(p => NormalisedText.Fold(p.Subject ?? p.Prompt), StringComparer.Ordinal).ToArray();
            RandomStream.For(settings.Seed, "split " + source).Shuffle(groups.AsSpan());
            var (scored, chosen) = (0, 0);
            foreach (var group in groups)
            {
                // Without a reference answer a prompt still measures agreement, but not whether the base model knew it.
                var side = scored < toScore ? scores : chosen < toChoose ? chooses : train;
                if (side == scores) scored += group.Count();
                else if (side == chooses) chosen += group.Count();
                side.AddRange(group);
            }
        }
    }

    // Prompts about edited subjects would teach the gate to close where it must open.
    private List<GeneralPrompt> Outside(IEnumerable<GeneralPrompt> prompts, HashSet<string> subjects, HashSet<string> asked)
    {
        var outside = new List<GeneralPrompt>();
        foreach (var prompt in prompts.DistinctBy(p => NormalisedText.Fold(p.Prompt)))
        {
            if (asked.Contains(NormalisedText.Fold(prompt.Prompt)) || (prompt.Subject is not null && subjects.Contains(NormalisedText.Fold(prompt.Subject)))) Count(leftOut, "out-of-scope prompts about an edited subject");
            else outside.Add(prompt);
        }

        return outside;
    }

    // Several records may bring one locality prompt; it counts once. A locality prompt that an edit asks is in scope.
    private List<Probe> InOrder(IEnumerable<Probe> probes, HashSet<string> asked)
    {
        var (kept, seen) = (new List<Probe>(), new HashSet<(ProbeKind, string)>());
        foreach (var probe in probes)
        {
            var folded = NormalisedText.Fold(probe.Prompt);
            var locality = IsLocality(probe.Kind);
            if (locality && asked.Contains(folded)) Count(leftOut, "locality probes that an edit asks");
            else if (locality && !seen.Add((probe.Kind, folded))) Count(leftOut, "repeated locality probes");
            else kept.Add(probe);
        }

        return kept;
    }

    private List<Probe> ShareLocality(List<Probe> probes, List<EditRecord> records, List<GeneralPrompt> train, List<GeneralPrompt> chooses)
    {
        var subjectOf = new NeighbourSubject(records.Select(r => r.Edit));
        var kept = new List<Probe>();
        var shared = 0;
        foreach (var probe in probes)
        {
            if (probe.Kind is not ProbeKind.LocalityNeighbour)
            {
                kept.Add(probe);
                continue;
            }

            var lot = RandomStream.For(settings.Seed, "locality " + subjectOf.Of(probe.Prompt)).Below(10);
            if (lot >= 5)
            {
                kept.Add(probe);
                continue;
            }

            shared++;
            (lot < 4 ? train : chooses).Add(new GeneralPrompt(probe.Prompt, probe.Answer));
        }

        if (shared > 0) Count(sources, "locality prompts of the file that do not score", shared);
        return kept;
    }

    private List<Probe> Choosing(List<EditRecord> records, RelationTemplates templates, ProbeIndex test, List<GeneralPrompt> chooses, List<Probe> probes)
    {
        var choosing = chooses.ConvertAll(p => new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = p.Prompt, Answer = p.Answer ?? "" });
        foreach (var edit in records.Select(r => r.Edit))
            choosing.AddRange(templates.ValidationWordingsOf(edit, 1, settings.Seed, test.Touches)
                .Select(w => new Probe { Kind = ProbeKind.Generality, Prompt = w, Answer = edit.Object, OldAnswer = edit.OldObject, EditId = edit.Id }));
        if (choosing.Exists(p => p.Kind is ProbeKind.Generality)) return choosing;

        var most = Math.Min(200, (int)(records.Count * settings.ValidationParaphrases));
        var order = records.Select(r => r.Edit.Id).ToArray();
        RandomStream.For(settings.Seed, "validation paraphrases").Shuffle(order.AsSpan());
        var chosen = order.Take(most).ToHashSet(StringComparer.Ordinal);
        var moved = probes.Where(p => p.Kind is ProbeKind.Generality && p.EditId is { } id && chosen.Contains(id)).ToList();
        // One paraphrase on two sides would choose by what scores.
        var texts = moved.Select(p => NormalisedText.Fold(p.Prompt)).ToHashSet(StringComparer.Ordinal);
        moved = [.. probes.Where(p => p.Kind is ProbeKind.Generality && texts.Contains(NormalisedText.Fold(p.Prompt)))];
        foreach (var probe in moved) probes.Remove(probe);
        if (moved.Count > 0) Count(sources, "paraphrases of the file that choose instead of score", moved.Count);
        choosing.AddRange(moved);
        return choosing;
    }

    private static bool IsLocality(ProbeKind kind) => kind is ProbeKind.LocalityNeighbour or ProbeKind.LocalityHeldOut or ProbeKind.LocalitySameSubject;

    private static void Count(Dictionary<string, int> counts, string name, int by = 1) => counts[name] = counts.GetValueOrDefault(name) + by;
}
