namespace MindBridge.Inference.Generating;

/// <summary>What is asked for, whichever way it was asked.</summary>
internal sealed record TextRequest
{
    public required string Prompt { get; init; }

    /// <summary>What the memory reads, where that is not the whole prompt: of a conversation what the user asked last.</summary>
    public string? Question { get; init; }

    /// <summary>The prompt's tokens, where the caller made them; null where the LLM's tokenizer does.</summary>
    public IReadOnlyList<int>? Ids { get; init; }

    /// <summary>Most tokens; 0: as many as are given by default.</summary>
    public int MaxTokens { get; init; }

    /// <summary>0: greedy.</summary>
    public double Temperature { get; init; }

    /// <summary>0: all.</summary>
    public int TopK { get; init; }

    public double TopP { get; init; } = 1;

    /// <summary>Taken from the logits of tokens that the answer has already, -2 to 2; 0 for none.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Likewise, once for each time that it has them.</summary>
    public double FrequencyPenalty { get; init; }

    public ulong Seed { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Ends with the first complete answer, as the scores are taken.</summary>
    public bool NaturalStop { get; init; }

    /// <summary>Goes on where the LLM would end.</summary>
    public bool IgnoreEnd { get; init; }

    /// <summary>The answer begins with the prompt, with its probabilities where the answer's are told.</summary>
    public bool Echoes { get; init; }

    /// <summary>The prompt is all that is wanted.</summary>
    public bool EchoesOnly { get; init; }

    /// <summary>How many alternatives are told with each token's probability; null: none, nor the token's own.</summary>
    public int? Alternatives { get; init; }
}

/// <summary>A part of an answer.</summary>
internal sealed record TextPiece(string Text)
{
    /// <summary>The tokens whose text is in this piece or was held back before it; empty where nobody asked for probabilities.</summary>
    public IReadOnlyList<TokenChances> Tokens { get; init; } = [];

    /// <summary>Set in the last piece.</summary>
    public TextEnd? End { get; init; }
}

/// <summary>How an answer ended.</summary>
/// <param name="Reason">"stop" or "length".</param>
/// <param name="PromptTokens">Tokens of the prompt, without the memory's.</param>
/// <param name="Tokens">Tokens of the answer.</param>
internal sealed record TextEnd(string Reason, int PromptTokens, int Tokens);

/// <summary>A token with what else there might have been.</summary>
/// <param name="Token">Its text.</param>
/// <param name="LogProbability">Of the token, before temperature and penalties; not a number for a prompt's first token, which nothing foretells.</param>
/// <param name="Offset">Where its text begins in the answer.</param>
/// <param name="Alternatives">The likeliest tokens, best first.</param>
internal sealed record TokenChances(string Token, float LogProbability, int Offset, IReadOnlyList<(string Token, float LogProbability)> Alternatives);
