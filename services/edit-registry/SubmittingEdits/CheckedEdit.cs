using System.Text.Json;

namespace MindBridge.EditRegistry.SubmittingEdits;

/// <summary>An edit with everything that can be told of it without its memory, so that it need not be told while the memory is locked.</summary>
internal sealed class CheckedEdit
{
    private static readonly JsonSerializerOptions Json = JsonSerializerOptions.Web;

    public CheckedEdit(NumberedEdit numbered)
    {
        (Row, Edit) = numbered;
        Problem = EditRules.Check(Edit, Row);
        if (Problem is not null) return;
        FactId = SubmittingEdits.FactId.Of(Edit);
        Relation = string.IsNullOrWhiteSpace(Edit.Relation) ? null : Edit.Relation;
        Wordings = Written(Edit.Wordings);
        Paraphrases = Written(Edit.Paraphrases);
        Locality = Written(Edit.Locality);
        Digest = HistoryHash.DigestOf(this);
    }

    public long Row { get; }

    public NewEdit Edit { get; }

    /// <summary>Why it cannot be recorded; null for a good one, and only a good one has the rest.</summary>
    public EditProblem? Problem { get; }

    public Guid FactId { get; }

    public string? Relation { get; }

    /// <summary>A JSON array, as it is recorded.</summary>
    public string Wordings { get; } = "";

    /// <inheritdoc cref="Wordings"/>
    public string Paraphrases { get; } = "";

    /// <inheritdoc cref="Wordings"/>
    public string Locality { get; } = "";

    /// <summary>SHA-256 of what it says.</summary>
    public byte[] Digest { get; } = [];

    private static string Written<T>(IReadOnlyList<T> values) => values.Count == 0 ? "[]" : JsonSerializer.Serialize(values, Json);
}
