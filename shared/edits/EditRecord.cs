using MindBridge.Memory.Scoring;

namespace MindBridge.Memory.Edits;

/// <summary>One usable row of an edit file: the edit, and the probes that the row brings to score it. The probes never become training text.</summary>
/// <param name="Edit">The correction.</param>
/// <param name="Probes">Rel from its own prompt, Gen from its paraphrases, Loc from its locality prompts, Port from its portability questions.</param>
/// <param name="Record">The record's number in the file, from 1.</param>
/// <param name="Line">The line it begins on, from 1.</param>
public sealed record EditRecord(Edit Edit, IReadOnlyList<Probe> Probes, long Record, long Line);
