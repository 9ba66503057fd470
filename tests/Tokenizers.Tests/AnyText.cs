using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace MindBridge.Tokenizers.Tests;

/// <summary>Texts that break tokenizers: every kind of space, marks, astral characters, apostrophes, controls, special tokens' names; and any list of ids.</summary>
internal static class AnyText
{
    private static readonly string[] Parts =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u2028", "\u3000", "\0", "\u001F", "\u0085", "\u200D", "\uFEFF", "a", "the", " the", " Paris", "paris", "'s", "'LL", "don't", "1984", "²", "Ⅷ", "١",
        "é", "e\u0301", "a\u0301\u0316", "\u0301", "ﬁ", "İ", "ß", "Σ", "한글", "각", "中文", "ア", "😀", "👩‍👩‍👧", "𐐀", "𝟘", "🇩🇪", ".", "...", "?!", "_", "▁", "<s>", "<|endoftext|>", "[MASK]", "<0x41>", "\uFFFD",
    ];

    private static readonly Gen<string> AnyRune = Gen.Choose(0, 0x10FFFF).Where(c => c is < 0xD800 or > 0xDFFF).Select(c => new Rune(c).ToString());

    /// <summary>Text without lone surrogates.</summary>
    public static Arbitrary<string> Whole { get; } = Arb.From(
        Gen.Frequency((8, Gen.Elements(Parts)), (2, AnyRune)).ListOf().Select(string.Concat),
        text => text.EnumerateRunes().Select((r, i) => string.Concat(text.EnumerateRunes().Where((_, k) => k != i))));

    /// <summary>Text that may hold half surrogate pairs.</summary>
    public static Arbitrary<string> Broken { get; } = Arb.From(
        Gen.Frequency((8, Gen.Elements(Parts)), (1, AnyRune), (2, Gen.Elements("\uD83D", "\uDE00", "\uDC00\uD800"))).ListOf().Select(string.Concat));

    public static Arbitrary<int[]> Ids(int below) => Arb.From(Gen.Choose(-1, below).ArrayOf());
}
