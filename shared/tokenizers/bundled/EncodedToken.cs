namespace Microsoft.ML.Tokenizers;

/// <summary>One token: its id, its string in the vocabulary, and where it stands in the text.</summary>
public readonly struct EncodedToken(int id, string value, Range offset)
{
    /// <summary>The id of the token.</summary>
    public int Id { get; } = id;

    /// <summary>The token as the vocabulary spells it.</summary>
    public string Value { get; } = value;

    /// <summary>The characters it covers in the (normalized) text.</summary>
    public Range Offset { get; } = offset;
}

/// <summary>What an encoding gives back.</summary>
public struct EncodeResults<T>
{
    /// <summary>The ids or tokens.</summary>
    public IReadOnlyList<T> Tokens { get; set; }

    /// <summary>The normalized text, or null where nothing was normalized.</summary>
    public string? NormalizedText { get; set; }

    /// <summary>How many characters of the (normalized) text the tokens cover.</summary>
    public int CharsConsumed { get; set; }
}

/// <summary>How to encode.</summary>
public struct EncodeSettings
{
    /// <summary>No limit on the number of tokens.</summary>
    public EncodeSettings() => MaxTokenCount = int.MaxValue;

    /// <summary>Whether the normalizer runs.</summary>
    public bool ConsiderNormalization { get; set; }

    /// <summary>Whether the pre-tokenizer runs.</summary>
    public bool ConsiderPreTokenization { get; set; }

    /// <summary>The most tokens to give.</summary>
    public int MaxTokenCount { get; set; }
}
