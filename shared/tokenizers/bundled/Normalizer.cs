namespace Microsoft.ML.Tokenizers;

/// <summary>Rewrites a text before it is cut.</summary>
public abstract class Normalizer
{
    /// <summary>The normalized text.</summary>
    public abstract string Normalize(string original);

    /// <summary>The normalized text.</summary>
    public abstract string Normalize(ReadOnlySpan<char> original);
}

/// <summary>Writes everything in lower case, by the invariant mapping.</summary>
public sealed class LowerCaseNormalizer : Normalizer
{
    /// <inheritdoc/>
    public override string Normalize(string original) => original.ToLowerInvariant();

    /// <inheritdoc/>
    public override string Normalize(ReadOnlySpan<char> original) => original.ToString().ToLowerInvariant();
}
