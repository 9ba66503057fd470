using MindBridge.EncoderTrainer.PlanningShards;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Splits;

namespace MindBridge.EncoderTrainer.TrainingEncoders;

/// <summary>What of a shard trains, what scores, and what can do neither.</summary>
/// <param name="Training">What stage I reads; null when no edit is left.</param>
/// <param name="Probes">What was held out.</param>
/// <param name="Quarantined">Edits that were left out, with the reason.</param>
internal sealed record ShardTexts(EncoderTrainingData? Training, IReadOnlyList<Probe> Probes, IReadOnlyList<(StandingEdit Edit, string Reason)> Quarantined)
{
    /// <summary>Splits a shard's edits: their paraphrases and locality prompts score and never train.</summary>
    public static ShardTexts Of(ShardOrder order, IReadOnlyList<GeneralPrompt> outOfScope, IReadOnlyList<string> prefixes, string baseFolder)
    {
        var records = order.Edits.Select((edit, i) => RecordOf(edit, i + 1)).ToList();
        var standing = order.Edits.ToDictionary(edit => edit.Fact.ToString(), StringComparer.Ordinal);
        var unusable = UnusableEdits.Find(records.Select(record => record.Edit), baseFolder).ToDictionary(u => u.Edit.Id, u => u.Reason, StringComparer.Ordinal);
        var set = EditSet.Resolve([.. records.Where(record => !unusable.ContainsKey(record.Edit.Id))]);
        // Two facts that ask one thing cannot both be answered; the registry, which sees one edit at a time, could not know.
        foreach (var conflict in set.Conflicts)
            foreach (var earlier in conflict.Superseded)
                unusable[earlier.Edit.Id] = $"the later edit {standing[conflict.Kept.Edit.Id].Sequence} (\"{conflict.Kept.Edit.Prompt}\" is {conflict.Kept.Edit.Object}) says otherwise; retract one of the two";
        var quarantined = unusable.Select(u => (standing[u.Key], u.Value)).OrderBy(q => q.Item1.Sequence).ToList();
        if (set.Records.Count == 0) return new ShardTexts(null, [], quarantined);

        var split = Splitter.Make(set, new SplitSettings { Seed = (int)(order.Recipe.Seed % int.MaxValue) }, outOfScope);
        split.RefuseLeaks();
        var held = new ProbeIndex(split.Probes.Concat(split.Validation));
        var training = new EncoderTrainingData
        {
            Edits = split.Edits, OutOfScope = split.OutOfScope, Validation = split.Validation, Prefixes = [.. prefixes.Where(sentence => !held.Touches(sentence))],
        };
        return new ShardTexts(training, split.Probes, quarantined);
    }

    private static EditRecord RecordOf(StandingEdit standing, int number)
    {
        var edit = new Edit
        {
            Id = standing.Fact.ToString(),
            Subject = standing.Subject,
            Relation = standing.Relation,
            Object = standing.Object,
            Prompt = standing.Prompt,
            OldObject = standing.OldObject,
            Wordings = standing.Wordings,
        };
        Probe[] probes =
        [
            Asking(ProbeKind.Reliability, edit.Prompt),
            .. standing.Paraphrases.Select(paraphrase => Asking(ProbeKind.Generality, paraphrase)),
            .. standing.Locality.Select(locality => new Probe
            {
                Kind = SubjectSpan.Find(locality.Prompt, edit.Subject).Kind is SubjectMatchKind.Absent ? ProbeKind.LocalityNeighbour : ProbeKind.LocalitySameSubject,
                Prompt = locality.Prompt,
                Answer = locality.Answer,
                EditId = edit.Id,
            }),
        ];
        return new EditRecord(edit, probes, number, number);

        Probe Asking(ProbeKind kind, string prompt) => new() { Kind = kind, Prompt = prompt, Answer = edit.Object, OldAnswer = edit.OldObject, EditId = edit.Id };
    }
}
