namespace MindBridge.Architecture.Tests;

public sealed class When_sources_are_read
{
    [Fact]
    public void Should_keep_every_source_rule()
    {
        var sources = Repository.Sources().ToList();

        sources.Count.ShouldBeGreaterThan(20);
        sources.SelectMany(source => SourceRules.Violations(source.Path, source.Text)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("shared/memory/Helpers/X.cs", "class X;")]
    [InlineData("cli/Common/X.cs", "class X;")]
    [InlineData("shared/memory/X.cs", "[DllImport(\"mindtorch\")] static extern void F();")]
    [InlineData("shared/models/X.cs", "new BinaryFormatter()")]
    [InlineData("cli/X.cs", "async void Go() { }")]
    [InlineData("shared/memory/X.cs", "throw new NotImplementedException();")]
    [InlineData("shared/models/X.cs", "using MindBridge.Memory.Edits;")]
    public void Should_catch_a_planted_violation(string path, string text) =>
        SourceRules.Violations(path, text).ShouldHaveSingleItem();

    [Fact]
    public void Should_let_the_c_library_pass() =>
        SourceRules.Violations("shared/memory/Artifacts/X.cs", "[LibraryImport(\"libc\")] static partial int fsync(int file);").ShouldBeEmpty();

    [Fact]
    public void Should_let_an_ordinary_file_pass() =>
        SourceRules.Violations("shared/memory/Edits/Edit.cs", "namespace MindBridge.Memory.Edits; public sealed record Edit;").ShouldBeEmpty();
}
