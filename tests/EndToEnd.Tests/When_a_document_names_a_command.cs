using System.CommandLine;
using System.Text.RegularExpressions;
using MindBridge.Cli;

namespace MindBridge.EndToEnd.Tests;

/// <summary>What documents name in a sentence (<c>`./mindbridge eval compare FIRST SECOND`</c>) or show in a block is a command of this program, with the options it is given there.</summary>
public sealed partial class When_a_document_names_a_command
{
    public static TheoryData<string> Documents() => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "README.md"))
        .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Should_be_one_that_the_program_has(string document) =>
        Named(File.ReadAllText(Path.Combine(Repository.Root, document))).Select(named => (named, Fault: Fault(named))).Where(named => named.Fault is not null).ShouldBeEmpty();

    [Theory]
    [InlineData("eval rollback", null)]
    [InlineData("jobs retry ID", null)]
    [InlineData("demo --yes --json demo.json", null)]
    [InlineData("eval roll-back", "roll-back")]
    [InlineData("demo --yess", "--yess")]
    [InlineData("up now", "now")]
    public void Should_tell_a_command_from_none(string command, string? fault) => Fault(command).ShouldBe(fault);

    private static IEnumerable<string> Named(string text) =>
        Inline().Matches(text).Concat(Line().Matches(text)).Select(m => m.Groups["command"].Value.Split(" #")[0].Trim()).Where(c => c.Length > 0).Distinct();

    // The first word that is neither a command, nor an option of it, nor a value that it takes.
    private static string? Fault(string named)
    {
        IList<Command> verbs = [.. Verbs.All()];
        Command? command = null;
        var (values, afterOption) = (0, false);
        foreach (var word in Word().Matches(named).Select(m => m.Value))
        {
            if (word.StartsWith('$')) continue; // what a shell makes of it is not written here
            if (word is "|" or ">" or "&&" or "\\") break;
            if (word is "test" && command is null) return null; // the launcher's own
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                if (word is not "--help" && command?.Options.Any(o => o.Name == word || o.Aliases.Contains(word)) is not true) return word;
                afterOption = true;
            }
            else if (afterOption) afterOption = false;
            else if ((command is null ? verbs : command.Subcommands).FirstOrDefault(c => c.Name == word) is { } next) command = next;
            else if (command is null || ++values > command.Arguments.Sum(a => a.Arity.MaximumNumberOfValues)) return word;
        }

        return null;
    }

    [GeneratedRegex(@"(?<!`)`(\./)?mindbridge (?<command>[^`\n]+)`(?!`)", RegexOptions.ExplicitCapture)]
    private static partial Regex Inline();

    [GeneratedRegex(@"^\s*\./mindbridge (?<command>[^\n]+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();
}
