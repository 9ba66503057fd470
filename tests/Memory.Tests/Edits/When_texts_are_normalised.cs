using FsCheck;
using FsCheck.Fluent;
using MindBridge.Memory.Edits;

namespace MindBridge.Memory.Tests.Edits;

public sealed class When_texts_are_normalised
{
    [Theory]
    [InlineData("  The  Mother-Tongue of “Ann” is: ", "the mother tongue of ann is")]
    [InlineData("C++", "c++")]
    [InlineData("1,000.5 km", "1000.5 km")]
    [InlineData("-5 °C", "-5 °c")]
    [InlineData("Jean-Paul", "jean paul")]
    [InlineData("O'Neill's", "oneill s")]
    [InlineData("ＡＢＣ", "abc")]
    [InlineData("東京 𝒳", "東京 𝒳")]
    [InlineData("a\u200Bb\uD800c", "ab c")]
    [InlineData("...", "")]
    public void Case_punctuation_and_white_space_fold(string text, string folded) => NormalisedText.Fold(text).ShouldBe(folded);

    [Fact]
    public void Folding_twice_is_folding_once() => Prop.ForAll<NonNull<string>>(text => NormalisedText.Fold(NormalisedText.Fold(text.Get)) == NormalisedText.Fold(text.Get)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("Where is Lyon?", "Lyon", 9, 4, SubjectMatchKind.Exact)]
    [InlineData("Lyonnais of Lyon", "Lyon", 12, 4, SubjectMatchKind.Exact)]
    [InlineData("Lyonnais", "Lyon", 0, 4, SubjectMatchKind.Exact)]
    [InlineData("where is LYON?", "Lyon", 9, 4, SubjectMatchKind.Normalised)]
    [InlineData("the O'Neill-Bridge stands", "ONeill Bridge", 4, 14, SubjectMatchKind.Normalised)]
    [InlineData("Where is Oslo?", "Lyon", 0, 0, SubjectMatchKind.Absent)]
    [InlineData("anything", " ", 0, 0, SubjectMatchKind.Absent)]
    public void A_subject_is_found_as_it_stands_or_regardless_of_spelling(string prompt, string subject, int start, int length, SubjectMatchKind kind) =>
        SubjectSpan.Find(prompt, subject).ShouldBe(new SubjectSpan(start, length, kind));

    [Fact]
    public void A_subject_put_into_a_prompt_is_found_there() => Prop.ForAll<NonNull<string>, NonNull<string>, NonNull<string>>((before, subject, after) =>
    {
        var wanted = subject.Get.Trim();
        var span = SubjectSpan.Find(before.Get + wanted + after.Get, subject.Get);
        return wanted.Length == 0 ? span.Kind is SubjectMatchKind.Absent : (before.Get + wanted + after.Get).Substring(span.Start, span.Length) == wanted;
    }).QuickCheckThrowOnFailure();
}
