using System.Diagnostics.Metrics;
using MindBridge.Platform.Metrics;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>How many edits came, and what became of them.</summary>
internal static class EditCounts
{
    private static readonly Counter<long> s_edits = Instruments.Meter.CreateCounter<long>("mindbridge.edits", null, "Edits that came, by outcome: recorded, repeated (known already) or refused.");

    public static void Count(Submission submission)
    {
        var repeated = submission.Edits.Count(edit => edit.Repeated);
        Add(submission.Edits.Count - repeated, "recorded");
        Add(repeated, "repeated");
        Add(submission.Problems.Count, "refused");
    }

    private static void Add(int count, string outcome)
    {
        if (count > 0) s_edits.Add(count, KeyValuePair.Create("outcome", (object?)outcome));
    }
}
