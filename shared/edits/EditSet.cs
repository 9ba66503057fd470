using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Edits;

/// <summary>Edits of one (subject, relation) with different objects: the last one in order stands.</summary>
/// <param name="Kept">The edit that stands.</param>
/// <param name="Superseded">The earlier ones, in order.</param>
public sealed record EditConflict(EditRecord Kept, IReadOnlyList<EditRecord> Superseded);

/// <summary>An edit that says what an earlier or later one says.</summary>
/// <param name="Kept">The edit that stands.</param>
/// <param name="Dropped">The repetition.</param>
public sealed record DuplicateEdit(EditRecord Kept, EditRecord Dropped);

/// <summary>
/// A consistent set of edits: one object for every (subject, relation), as METHOD section 5, 4 asks.
/// </summary>
/// <remarks>
/// Two edits are about one thing when their subjects are equal (normalised) and one of these holds: both name the same relation; their prompts are equal
/// (normalised); or, where no relation is named, both prompts are questions and both name the same old object. The last rule is for ZsRE: it asks "Who
/// designed X?" and "Which person is the architect of X?" in two records with two targets, and the old answer, which the records share, tells that it is one
/// relation. Cloze prompts are not joined by their old object ("X speaks" and "The mother tongue of X is" are two relations of one value).
/// The relation is transitive: of a chain of records the last stands.
/// </remarks>
public sealed record EditSet
{
    /// <summary>The edits that stand, in the order of the file.</summary>
    public required IReadOnlyList<EditRecord> Records { get; init; }

    /// <summary>Conflicts, resolved by order: the last one won.</summary>
    public required IReadOnlyList<EditConflict> Conflicts { get; init; }

    /// <summary>Repetitions, dropped. Their probes went to the edit that stands.</summary>
    public required IReadOnlyList<DuplicateEdit> Duplicates { get; init; }

    /// <summary>The edits alone.</summary>
    public IReadOnlyList<Edit> Edits => [.. Records.Select(r => r.Edit)];

    /// <summary>The probes of the edits that stand; those of superseded edits expect an answer that nobody gives any more.</summary>
    public IReadOnlyList<Probe> Probes => [.. Records.SelectMany(r => r.Probes)];

    /// <summary>Resolves the records of a file.</summary>
    public static EditSet Resolve(EditFile file) => Resolve(file.Records);

    /// <summary>Resolves records in their order: repetitions are dropped, of conflicting ones the last stands.</summary>
    public static EditSet Resolve(IReadOnlyList<EditRecord> records)
    {
        var groups = Groups(records);
        var (kept, conflicts, duplicates) = (new List<(int Index, EditRecord Record)>(), new List<EditConflict>(), new List<DuplicateEdit>());
        foreach (var group in groups)
        {
            var last = records[group[^1]];
            var same = group.Where(i => NormalisedText.Same(records[i].Edit.Object, last.Edit.Object)).Select(i => records[i]).ToList();
            var superseded = group.Where(i => !NormalisedText.Same(records[i].Edit.Object, last.Edit.Object)).Select(i => records[i]).ToList();

            // Equal objects in other words of the prompt are two ways to teach one fact, and both stay; equal prompts are a repetition.
            var standing = new Dictionary<string, EditRecord>(StringComparer.Ordinal);
            foreach (var record in same)
            {
                var prompt = NormalisedText.Fold(record.Edit.Prompt);
                if (standing.TryGetValue(prompt, out var first))
                {
                    standing[prompt] = first with { Probes = Merged(first, record) };
                    duplicates.Add(new DuplicateEdit(first, record));
                }
                else
                {
                    standing.Add(prompt, record);
                }
            }

            foreach (var record in standing.Values) kept.Add((group.First(i => records[i].Record == record.Record), record));
            if (superseded.Count > 0) conflicts.Add(new EditConflict(standing.Values.Last(), superseded));
        }

        return new EditSet { Records = [.. kept.OrderBy(k => k.Index).Select(k => k.Record)], Conflicts = conflicts, Duplicates = duplicates };
    }

    private static List<Probe> Merged(EditRecord first, EditRecord repeated) =>
        [.. first.Probes.Concat(repeated.Probes.Select(p => p with { EditId = first.Edit.Id })).DistinctBy(p => (p.Kind, NormalisedText.Fold(p.Prompt)))];

    // Union-find over the keys of every record; each group in file order, groups by their first record.
    private static List<List<int>> Groups(IReadOnlyList<EditRecord> records)
    {
        var parent = Enumerable.Range(0, records.Count).ToArray();
        int Root(int i)
        {
            while (parent[i] != i) i = parent[i] = parent[parent[i]];
            return i;
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < records.Count; i++)
        {
            foreach (var key in Keys(records[i].Edit))
            {
                if (!seen.TryAdd(key, i)) parent[Math.Max(Root(i), Root(seen[key]))] = Math.Min(Root(i), Root(seen[key]));
            }
        }

        return [.. Enumerable.Range(0, records.Count).GroupBy(Root).OrderBy(g => g.Key).Select(g => g.ToList())];
    }

    private static IEnumerable<string> Keys(Edit edit)
    {
        var subject = NormalisedText.Fold(edit.Subject);
        if (subject.Length == 0) subject = edit.Subject.Trim();
        var prompt = NormalisedText.Fold(edit.Prompt);
        yield return $"{subject}\u0001prompt\u0001{prompt}";
        if (edit.Relation is { } relation) yield return $"{subject}\u0001relation\u0001{relation.Trim().ToLowerInvariant()}";
        else if (edit.OldObject is { } old && edit.Prompt.TrimEnd().EndsWith('?')) yield return $"{subject}\u0001old\u0001{NormalisedText.Fold(old)}";
    }
}
