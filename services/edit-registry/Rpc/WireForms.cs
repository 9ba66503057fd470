using System.Globalization;
using System.Text.Json;
using MindBridge.EditRegistry.CommittingEdits;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.EditRegistry.ImportingEdits;
using MindBridge.EditRegistry.KeepingAnswers;
using MindBridge.EditRegistry.ReadingEdits;
using MindBridge.EditRegistry.ReleasingLlms;
using MindBridge.EditRegistry.SubmittingEdits;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Rpc;

/// <summary>What the registry holds as gRPC writes it, and back: protobuf has no null texts, so an empty one is an absent one.</summary>
internal static class WireForms
{
    public static MemorySettings Settings(Wire.MemorySettings? wire)
    {
        var settings = new MemorySettings();
        if (wire is null) return settings;
        return new MemorySettings
        {
            CommitAfterCount = wire.CommitAfterCount == 0 ? settings.CommitAfterCount : wire.CommitAfterCount,
            CommitAfterSeconds = wire.CommitAfterSeconds == 0 ? settings.CommitAfterSeconds : wire.CommitAfterSeconds,
            ShardCapacity = wire.ShardCapacity == 0 ? settings.ShardCapacity : wire.ShardCapacity,
            LeastRel = wire.HasLeastRel ? wire.LeastRel : settings.LeastRel,
            LeastGen = wire.HasLeastGen ? wire.LeastGen : settings.LeastGen,
            LeastLoc = wire.HasLeastLoc ? wire.LeastLoc : settings.LeastLoc,
        };
    }

    public static Wire.Memory Memory(MemoryRecord memory) => new()
    {
        Id = memory.Id.ToString(),
        Name = memory.Name,
        Settings = new Wire.MemorySettings
        {
            CommitAfterCount = memory.CommitAfterCount,
            CommitAfterSeconds = memory.CommitAfterSeconds,
            ShardCapacity = memory.ShardCapacity,
            LeastRel = memory.LeastRel,
            LeastGen = memory.LeastGen,
            LeastLoc = memory.LeastLoc,
        },
        EditCount = memory.LastSequence,
        PendingCount = memory.Pending,
        LastCommitSequence = memory.LastCommit,
        CreatedAt = Moment(memory.CreatedAt),
        Tenant = memory.TenantId,
    };

    public static Wire.OutOfScopePrompt OutOfScope(OutOfScopePrompt prompt) => new()
    {
        Prompt = prompt.Prompt,
        Subject = prompt.Subject ?? "",
        Answer = prompt.Answer ?? "",
        Wordings = { JsonSerializer.Deserialize<string[]>(prompt.Wordings) },
    };

    public static NewEdit Edit(Wire.Edit? edit) => edit is null ? new NewEdit() : new NewEdit
    {
        ClientKey = Absent(edit.ClientKey),
        Subject = edit.Subject,
        Relation = Absent(edit.Relation),
        Object = edit.Object,
        Prompt = edit.Prompt,
        OldObject = Absent(edit.OldObject),
        Wordings = edit.Wordings.Count == 0 ? [] : [.. edit.Wordings],
        Paraphrases = edit.Paraphrases.Count == 0 ? [] : [.. edit.Paraphrases],
        Locality = edit.Locality.Count == 0 ? [] : [.. edit.Locality.Select(probe => new LocalityProbe(probe.Prompt, probe.Answer))],
        Source = Absent(edit.Source),
        Reason = Absent(edit.Reason),
        ExternalId = Absent(edit.ExternalId),
        ValidFrom = Moment(edit.ValidFrom),
        ValidUntil = Moment(edit.ValidUntil),
        Unreadable = NoMoment("valid_from", edit.ValidFrom) ?? NoMoment("valid_until", edit.ValidUntil),
    };

    public static Wire.RecordedEdit Recorded(EditInState found)
    {
        var edit = found.Edit;
        return new Wire.RecordedEdit
        {
            Id = edit.Id.ToString(),
            Sequence = edit.Sequence,
            FactId = edit.FactId.ToString(),
            Retraction = edit.Retraction,
            State = (Wire.EditState)found.State,
            Author = edit.Author,
            ReceivedAt = Moment(edit.ReceivedAt),
            Edit = new Wire.Edit
            {
                ClientKey = edit.ClientKey,
                Subject = edit.Subject,
                Relation = edit.Relation ?? "",
                Object = edit.Object,
                Prompt = edit.Prompt,
                OldObject = edit.OldObject ?? "",
                Wordings = { JsonSerializer.Deserialize<string[]>(edit.Wordings)! },
                Paraphrases = { JsonSerializer.Deserialize<string[]>(edit.Paraphrases)! },
                Locality = { JsonSerializer.Deserialize<LocalityProbe[]>(edit.Locality, JsonSerializerOptions.Web)!.Select(probe => new Wire.LocalityProbe { Prompt = probe.Prompt, Answer = probe.Answer }) },
                Source = edit.Source ?? "",
                Reason = edit.Reason ?? "",
                ExternalId = edit.ExternalId ?? "",
                ValidFrom = Moment(edit.ValidFrom),
                ValidUntil = Moment(edit.ValidUntil),
            },
        };
    }

    public static Wire.SubmittedEdit Submitted(SubmittedEdit edit) => new() { Row = edit.Row, Id = edit.Id.ToString(), Sequence = edit.Sequence, Repeated = edit.Repeated };

    public static Wire.EditProblem Problem(EditProblem problem) => new() { Row = problem.Row, Field = problem.Field, Problem = problem.Problem, Remedy = problem.Remedy };

    public static Wire.ImportProgress Progress(ImportSoFar soFar) => new() { ThroughRow = soFar.ThroughRow, Accepted = soFar.Accepted, Repeated = soFar.Repeated };

    public static Wire.ImportProgress Imported(ImportOutcome outcome) => new()
    {
        ThroughRow = outcome.Accepted + outcome.Repeated + outcome.Problems.Count,
        Accepted = outcome.Accepted,
        Repeated = outcome.Repeated,
        Problems = { outcome.Problems.Select(problem => Problem(problem, warning: false)).Concat(outcome.Warnings.Select(problem => Problem(problem, warning: true))) },
        Conflicts = { outcome.Conflicts.Select(Conflict) },
        Finished = true,
    };

    public static Wire.EditConflict Conflict(EditConflict conflict) => new() { KeptRow = conflict.KeptRow, SupersededRow = conflict.SupersededRow };

    public static Wire.Commit Committed(Commit commit) => new()
    {
        Id = commit.Id.ToString(),
        Sequence = commit.Sequence,
        FirstEdit = commit.FirstEdit,
        LastEdit = commit.LastEdit,
        EditCount = commit.EditCount,
        ContentHash = commit.ContentHash,
        Cause = commit.Cause.ToString(),
        CommittedAt = Moment(commit.CommittedAt),
    };

    public static Wire.LlmVersion Llm(LlmVersion llm) => new()
    {
        Id = llm.Id.ToString(),
        Name = llm.Name,
        Version = llm.Version,
        Family = llm.Family,
        Uri = llm.Uri,
        ContentHash = llm.ContentHash,
        ReleasedAt = Moment(llm.ReleasedAt),
        RetiredAt = Moment(llm.RetiredAt),
    };

    /// <exception cref="ArgumentException">The text is no id.</exception>
    public static Guid Id(string field, string text) => Guid.TryParse(text, out var id) ? id : throw new ArgumentException($"{field} is \"{text}\"; give an id as the registry wrote it");

    public static string? Absent(string text) => text.Length == 0 ? null : text;

    private static Wire.ImportProblem Problem(FileProblem problem, bool warning) =>
        new() { Row = problem.Row, Line = problem.Line ?? 0, Field = problem.Field, Problem = problem.Problem, Remedy = problem.Remedy, Warning = warning };

    private static string Moment(DateTimeOffset? moment) => moment?.ToString("O", CultureInfo.InvariantCulture) ?? "";

    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    private static EditProblem? NoMoment(string field, string text) =>
        text.Length == 0 || Moment(text) is not null ? null : new EditProblem(0, field, $"is \"{text}\"", "write the moment as ISO 8601, for example 2026-01-31T12:00:00Z");
}
