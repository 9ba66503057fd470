namespace MindBridge.Models;

/// <summary>On which side shorter rows of a batch are filled up. The text is the same either way.</summary>
public enum PaddingSide
{
    /// <summary>Filled up after the prompt.</summary>
    Right,

    /// <summary>Filled up before the prompt.</summary>
    Left,
}

/// <summary>How a text goes on.</summary>
/// <param name="MaxTokens">At most this many new tokens a row; fewer where the model's positions end.</param>
/// <param name="Temperature">0: always the likeliest token (greedy). Else logits are divided by it and a token is drawn.</param>
/// <param name="TopK">Draw among this many likeliest tokens only; 0 for all.</param>
/// <param name="TopP">Draw among the likeliest tokens that together reach this probability; 1 for all.</param>
/// <param name="RepetitionPenalty">Logits of tokens already in the prompt or the text are divided (positive) or multiplied (negative) by it; 1 for none.</param>
/// <param name="Seed">Each row draws from a generator of its own with this seed, so a text is the same alone and in a batch.</param>
public sealed record GenerationSettings(
    int MaxTokens = 64, double Temperature = 0, int TopK = 0, double TopP = 1, double RepetitionPenalty = 1, long Seed = 0)
{
    private const double MostPenalty = 2;

    /// <summary>A text ends before the first of these that appears in its continuation. Needs a tokenizer.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Taken from the logits of every token that the text (not the prompt) has already, -2 to 2; 0 for none. OpenAI's definition.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Likewise, once for each time that the text has the token.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Tokens that end a text besides the model's own.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Whether the model's own end tokens end a text.</summary>
    public bool StopAtEnd { get; init; } = true;

    /// <summary>See <see cref="PaddingSide"/>.</summary>
    public PaddingSide Padding { get; init; } = PaddingSide.Right;

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal void Check()
    {
        if (MaxTokens < 0) throw new ArgumentException($"max tokens is {MaxTokens}; give 0 or more");
        if (!double.IsFinite(Temperature) || Temperature < 0) throw new ArgumentException($"temperature is {Temperature}; give 0 (greedy) or more");
        if (TopK < 0) throw new ArgumentException($"top-k is {TopK}; give 0 (all tokens) or more");
        if (!(TopP > 0 && TopP <= 1)) throw new ArgumentException($"top-p is {TopP}; give more than 0 and at most 1");
        if (!double.IsFinite(RepetitionPenalty) || RepetitionPenalty <= 0) throw new ArgumentException($"repetition penalty is {RepetitionPenalty}; give more than 0 (1 is none)");
        if (!(PresencePenalty >= -MostPenalty && PresencePenalty <= MostPenalty)) throw new ArgumentException($"presence penalty is {PresencePenalty}; give -2 to 2 (0 is none)");
        if (!(FrequencyPenalty >= -MostPenalty && FrequencyPenalty <= MostPenalty)) throw new ArgumentException($"frequency penalty is {FrequencyPenalty}; give -2 to 2 (0 is none)");
        if (StopTexts.Any(string.IsNullOrEmpty)) throw new ArgumentException("a stop text is empty; give at least one character");
    }
}

/// <summary>Why a text ended.</summary>
public enum FinishReason
{
    /// <summary>All the tokens asked for were made, or the model's positions are used up.</summary>
    Length,

    /// <summary>An end token or stop token came.</summary>
    EndToken,

    /// <summary>A stop text appeared.</summary>
    StopText,
}

/// <summary>One continued text.</summary>
/// <param name="Tokens">The new tokens, without the end token or anything of the stop text.</param>
/// <param name="Text">The new tokens as text, without the stop text; null when no tokenizer was given.</param>
/// <param name="Reason">Why it ended.</param>
public sealed record Continuation(IReadOnlyList<int> Tokens, string? Text, FinishReason Reason);
