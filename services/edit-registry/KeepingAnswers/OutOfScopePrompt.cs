namespace MindBridge.EditRegistry.KeepingAnswers;

/// <summary>A prompt that no edit answers and whose answer must stay.</summary>
internal sealed class OutOfScopePrompt
{
    public required Guid MemoryId { get; init; }

    /// <summary>Its place in the memory's set, from 1.</summary>
    public required int Place { get; init; }

    public required string Prompt { get; init; }

    /// <summary>What it asks about, where that is known: prompts about edited subjects are left out of training.</summary>
    public string? Subject { get; init; }

    /// <summary>The answer that is right today, where it is known.</summary>
    public string? Answer { get; init; }

    /// <summary>Other ways to ask the same: a JSON array of texts.</summary>
    public required string Wordings { get; init; }
}

/// <summary>An out-of-scope prompt as a caller gives it.</summary>
internal sealed record NewOutOfScopePrompt(string Prompt, string? Subject, string? Answer, IReadOnlyList<string> Wordings);
