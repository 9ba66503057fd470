using System.Collections.Concurrent;

namespace MindBridge.Tokenizers.Words;

/// <summary>
/// The pieces of one word. Piece k covers the units [Starts[k], Ends[k]) of the word; a unit is a UTF-16 unit, or a UTF-8 byte where the model reads bytes.
/// Pieces may share a unit (the bytes of one character).
/// </summary>
internal sealed record EncodedWord(int[] Ids, int[] Starts, int[] Ends)
{
    public static readonly EncodedWord Empty = new([], [], []);
}

/// <summary>Spells words with pieces of the vocabulary, by the official tokenizer behind it; remembers what it spelled.</summary>
internal abstract class WordModel
{
    private const int LongestRemembered = 64;
    private const int MostRemembered = 1 << 17;
    private readonly ConcurrentDictionary<string, EncodedWord> spelled = new();
    private readonly ConcurrentDictionary<string, EncodedWord>.AlternateLookup<ReadOnlySpan<char>> lookUp;
    private int remembered;

    protected WordModel() => lookUp = spelled.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether the pieces' places count UTF-8 bytes of the word.</summary>
    public virtual bool CountsBytes => false;

    public EncodedWord Encode(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty) return EncodedWord.Empty;
        if (word.Length > LongestRemembered) return Spell(word.ToString());
        if (lookUp.TryGetValue(word, out var known)) return known;
        var text = word.ToString();
        var made = Spell(text);
        // Nothing is thrown out: the frequent words of any text come early.
        if (Volatile.Read(ref remembered) < MostRemembered && spelled.TryAdd(text, made)) Interlocked.Increment(ref remembered);
        return made;
    }

    protected abstract EncodedWord Spell(string word);
}
