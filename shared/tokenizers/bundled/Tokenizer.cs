namespace Microsoft.ML.Tokenizers;

/// <summary>What every tokenizer offers: text to ids, text to tokens with offsets, a count, and ids back to text.</summary>
public abstract class Tokenizer
{
    /// <summary>For derived classes only.</summary>
    protected Tokenizer()
    {
    }

    /// <summary>Cuts the text into words before the model sees it, or null.</summary>
    public virtual PreTokenizer? PreTokenizer => null;

    /// <summary>Rewrites the text before it is cut, or null.</summary>
    public virtual Normalizer? Normalizer => null;

    /// <summary>The ids of <paramref name="text"/>, or of <paramref name="textSpan"/> where the text is null.</summary>
    protected abstract EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    /// <summary>The tokens of <paramref name="text"/>, or of <paramref name="textSpan"/> where the text is null.</summary>
    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    /// <summary>How many tokens the text gives.</summary>
    protected abstract int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    /// <summary>The text of a list of ids.</summary>
    public abstract string Decode(IEnumerable<int> ids);

    /// <summary>The ids of a text.</summary>
    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true)
        => EncodeToIds(text, [], Settings(considerPreTokenization, considerNormalization)).Tokens;

    /// <summary>The ids of a text.</summary>
    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
        => EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    /// <summary>The tokens of a text; offsets count in the normalized text where there is one, which <paramref name="normalizedString"/> gives.</summary>
    public IReadOnlyList<EncodedToken> EncodeToTokens(string text, out string? normalizedString, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToTokens(text, [], Settings(considerPreTokenization, considerNormalization));
        normalizedString = result.NormalizedText;
        return result.Tokens;
    }

    /// <summary>The tokens of a text; offsets count in the normalized text where there is one, which <paramref name="normalizedString"/> gives.</summary>
    public IReadOnlyList<EncodedToken> EncodeToTokens(ReadOnlySpan<char> text, out string? normalizedString, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var result = EncodeToTokens(null, text, Settings(considerPreTokenization, considerNormalization));
        normalizedString = result.NormalizedText;
        return result.Tokens;
    }

    /// <summary>How many tokens the text gives.</summary>
    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true)
        => CountTokens(text, [], Settings(considerPreTokenization, considerNormalization));

    /// <summary>How many tokens the text gives.</summary>
    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true)
        => CountTokens(null, text, Settings(considerPreTokenization, considerNormalization));

    private static EncodeSettings Settings(bool preTokenization, bool normalization)
        => new() { ConsiderPreTokenization = preTokenization, ConsiderNormalization = normalization };
}
