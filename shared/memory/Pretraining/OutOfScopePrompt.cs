namespace MindBridge.Memory.Pretraining;

/// <summary>A prompt that no edit answers (METHOD section 1, K_out), for training: existence in stage I, locality in stage II.</summary>
public sealed record OutOfScopePrompt
{
    /// <summary>The prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>Other ways to ask the same; drawn as often as an edit's own wordings are, so that a wording alone tells nothing.</summary>
    public IReadOnlyList<string> Wordings { get; init; } = [];

    /// <summary>For a hard negative, the edit whose subject it asks about; null for an ordinary one.</summary>
    public string? EditId { get; init; }
}
