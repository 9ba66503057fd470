using System.Text.Json;
using MindBridge.EditRegistry.ReadingEdits;
using MindBridge.EditRegistry.SubmittingEdits;

namespace MindBridge.EditRegistry.RevisingEdits;

/// <summary>Replaces or takes back what an edit says, by a further entry of its fact.</summary>
internal sealed class Revisions(EditHistory history, EditLog log)
{
    /// <summary>Gives the edit's fact a new object.</summary>
    /// <exception cref="ArgumentException">The object will not do, or the edit does not stand.</exception>
    public Task<SubmittedEdit> SupersedeAsync(Guid memory, string author, Guid edit, string? newObject, string? reason, string? clientKey, CancellationToken cancellationToken) =>
        ReviseAsync(memory, author, edit, old => Again(old, reason, clientKey ?? $"supersede/{edit:N}") with { Object = newObject, OldObject = old.Object }, cancellationToken);

    /// <summary>Forgets the edit's fact: the LLM answers as it did unedited.</summary>
    /// <exception cref="ArgumentException">The edit does not stand.</exception>
    public Task<SubmittedEdit> RetractAsync(Guid memory, string author, Guid edit, string? reason, string? clientKey, CancellationToken cancellationToken) =>
        ReviseAsync(memory, author, edit, old => Again(old, reason, clientKey ?? $"retract/{edit:N}") with { Retraction = true }, cancellationToken);

    private async Task<SubmittedEdit> ReviseAsync(Guid memory, string author, Guid edit, Func<RecordedEdit, NewEdit> revise, CancellationToken cancellationToken)
    {
        var found = await history.FindAsync(memory, edit, cancellationToken);
        var revision = revise(found.Edit);
        if (found.State is EditState.Superseded or EditState.Retracted)
        {
            // The caller may not have heard the answer to the first try.
            return await log.FindAsync(memory, revision.ClientKey!, cancellationToken)
                ?? throw new ArgumentException($"edit {edit} does not stand any more; look at its fact's history ({found.Edit.FactId}) and revise the last entry");
        }

        var submission = await log.SubmitAsync(memory, author, [revision], BatchRule.AllOrNothing, cancellationToken);
        return submission.Problems.Count > 0 ? throw new ArgumentException(submission.Problems[0].ToString()) : submission.Edits[0];
    }

    private static NewEdit Again(RecordedEdit old, string? reason, string clientKey) => new()
    {
        ClientKey = clientKey,
        Subject = old.Subject,
        Relation = old.Relation,
        Object = old.Object,
        Prompt = old.Prompt,
        OldObject = old.OldObject,
        Wordings = Texts(old.Wordings),
        Paraphrases = Texts(old.Paraphrases),
        Locality = JsonSerializer.Deserialize<LocalityProbe[]>(old.Locality, JsonSerializerOptions.Web)!,
        Source = old.Source,
        Reason = reason,
        ExternalId = old.ExternalId,
    };

    private static string[] Texts(string json) => JsonSerializer.Deserialize<string[]>(json)!;
}
