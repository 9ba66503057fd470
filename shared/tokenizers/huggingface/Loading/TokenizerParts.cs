using MindBridge.Tokenizers.Decoding;
using MindBridge.Tokenizers.Normalizing;
using MindBridge.Tokenizers.Splitting;
using MindBridge.Tokenizers.Words;

namespace MindBridge.Tokenizers.Loading;

/// <summary>Everything a tokenizer is made of, whichever files it came from.</summary>
internal sealed record TokenizerParts
{
    public required Vocabulary Vocabulary { get; init; }
    public required WordModel Model { get; init; }
    public TextNormalizer? Normalizer { get; init; }
    public Splitter? Splitter { get; init; }
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <summary>Ids put before a text.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];

    /// <summary>Ids put behind a text.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    public IReadOnlyList<Func<DecodingStage>> Decoder { get; init; } = [];

    /// <summary>"bos_token", "cls_token" and so on, to the token that has the role.</summary>
    public required IReadOnlyDictionary<string, string> Roles { get; init; }
}
