using MindBridge.EditRegistry.SubmittingEdits;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

using EditConflict = MindBridge.EditRegistry.SubmittingEdits.EditConflict;

namespace MindBridge.EditRegistry.ImportingEdits;

/// <summary>What became of a file.</summary>
/// <param name="Accepted">Edits recorded.</param>
/// <param name="Repeated">Edits that this file had brought before.</param>
/// <param name="Problems">Rows left out, each with its line.</param>
/// <param name="Warnings">Rows kept although something is odd about them.</param>
/// <param name="Conflicts">Rows that speak of one fact and disagree: the later stands.</param>
public sealed record ImportOutcome(long Accepted, long Repeated, IReadOnlyList<FileProblem> Problems, IReadOnlyList<FileProblem> Warnings, IReadOnlyList<EditConflict> Conflicts);

/// <summary>How far an import is.</summary>
internal sealed record ImportSoFar(long ThroughRow, long Accepted, long Repeated);

/// <summary>What is wrong with a row of a file.</summary>
public sealed record FileProblem(long Row, long? Line, string Field, string Problem, string Remedy);

/// <summary>
/// Imports edit files of every format that <c>edits check</c> knows, through the same reader. A row's client key is the file's hash and the row's number, so
/// a file that is sent twice is imported once, and an import that broke off goes on.
/// </summary>
internal sealed class EditImport(EditStream stream)
{
    /// <summary>Imports a file that comes in pieces.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="author">Who sends it.</param>
    /// <param name="pieces">The file's bytes.</param>
    /// <param name="tell">Is told as rows become durable.</param>
    /// <param name="cancellationToken">Stops the import; what is recorded stays.</param>
    /// <exception cref="InvalidDataException">It is no edit file, or not one of its rows is usable.</exception>
    public async Task<ImportOutcome> ImportAsync(
        Guid memory, string author, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, Func<ImportSoFar, Task>? tell = null, CancellationToken cancellationToken = default)
    {
        // The reader looks at a file more than once: for its syntax, its hash, its rows.
        var path = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(path))
                await foreach (var piece in pieces.WithCancellation(cancellationToken)) await file.WriteAsync(piece, cancellationToken);
            return await ImportAsync(memory, author, path, tell, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            // The sender knows nothing of where the file lay here.
            throw new InvalidDataException(e.Message.Replace(path, "the file", StringComparison.Ordinal), e);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<ImportOutcome> ImportAsync(Guid memory, string author, string path, Func<ImportSoFar, Task>? tell, CancellationToken cancellationToken)
    {
        var reader = new EditFileReader(path);
        var (hash, notes) = (reader.Hash()[..32], new List<RowProblem>());
        var (accepted, repeated) = (0L, 0L);
        var (refused, conflicts) = (new List<EditProblem>(), new List<EditConflict>());
        var records = reader.Records(notes.Add, cancellationToken: cancellationToken).Select(record => new NumberedEdit(record.Record, EditOf(record, $"file/{hash}/{record.Record}")));
        await foreach (var (through, submission) in stream.SubmitAsync(memory, author, records.ToAsyncEnumerable(), new SpokenFacts(), cancellationToken))
        {
            accepted += submission.Edits.Count(edit => !edit.Repeated);
            repeated += submission.Edits.Count(edit => edit.Repeated);
            refused.AddRange(submission.Problems);
            conflicts.AddRange(submission.Conflicts);
            if (tell is not null) await tell(new ImportSoFar(through, accepted, repeated));
        }

        var problems = notes.Where(note => !note.IsWarning).Select(Shown)
            .Concat(refused.Select(problem => new FileProblem(problem.Row, null, problem.Field, problem.Problem, problem.Remedy))).OrderBy(problem => problem.Row).ToList();
        if (accepted + repeated == 0) throw new InvalidDataException(problems.Count == 0 ? "the file holds no rows; give an edit file" : $"not one of its {problems.Count} rows is usable; the first, row {problems[0].Row}: {problems[0].Field} {problems[0].Problem}; {problems[0].Remedy}");
        return new ImportOutcome(accepted, repeated, problems, [.. notes.Where(note => note.IsWarning).Select(Shown)], conflicts);
    }

    private static NewEdit EditOf(EditRecord record, string clientKey) => new()
    {
        ClientKey = clientKey,
        Subject = record.Edit.Subject,
        Relation = record.Edit.Relation,
        Object = record.Edit.Object,
        Prompt = record.Edit.Prompt,
        OldObject = record.Edit.OldObject,
        Wordings = record.Edit.Wordings,
        Paraphrases = [.. record.Probes.Where(probe => probe.Kind is ProbeKind.Generality).Select(probe => probe.Prompt)],
        Locality = [.. record.Probes.Where(probe => probe.Kind is ProbeKind.LocalityNeighbour or ProbeKind.LocalityHeldOut or ProbeKind.LocalitySameSubject && probe.Answer.Length > 0).Select(probe => new LocalityProbe(probe.Prompt, probe.Answer))],
        Source = "file",
        ExternalId = record.Edit.Id,
    };

    private static FileProblem Shown(RowProblem note) => new(note.Record, note.Line, note.Field, note.Problem, note.Remedy);
}
