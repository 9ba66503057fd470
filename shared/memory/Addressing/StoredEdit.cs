namespace MindBridge.Memory.Addressing;

/// <summary>What a stored edit answers to and answers with; the feature that serves it lies beside it in the <see cref="KeyStore"/>.</summary>
/// <param name="EditId">The edit.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Relations">Its relation as the source names it, or those that its prompt sounds like.</param>
/// <param name="Prompt">Its own prompt.</param>
/// <param name="Object">Its object, for explanations only: no decision and no soft prompt depends on it.</param>
public sealed record StoredEdit(string EditId, string Subject, IReadOnlyList<string> Relations, string Prompt, string Object);

/// <summary>An edit as a query sees it.</summary>
/// <param name="Edit">The edit.</param>
/// <param name="Index">Its row in <see cref="KeyStore.Values"/>.</param>
/// <param name="Similarity">Centred cosine of the query's feature and the edit's best key, in [-1, 1].</param>
public sealed record NearestEdit(StoredEdit Edit, int Index, float Similarity);
