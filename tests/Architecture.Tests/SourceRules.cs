using System.Text.RegularExpressions;

namespace MindBridge.Architecture.Tests;

/// <summary>Rules that the text of the sources must keep. Paths are relative to the repository, with '/'.</summary>
internal static partial class SourceRules
{
    private static readonly string[] Vague = ["Helpers", "Utils", "Managers", "Common"];

    public static IEnumerable<string> Violations(string path, string text)
    {
        var folders = path.Split('/')[..^1];
        foreach (var folder in folders.Intersect(Vague, StringComparer.OrdinalIgnoreCase).Where(_ => !path.StartsWith("shared/torch/", StringComparison.Ordinal)))
            yield return $"{path}: a folder called {folder} says nothing; name the idea";

        if (path.StartsWith("tests/", StringComparison.Ordinal)) yield break;

        if (!path.StartsWith("shared/torch/", StringComparison.Ordinal) && NativeImport().IsMatch(text))
            yield return $"{path}: only shared/torch may import native libraries other than libc; nothing reaches around the TorchSharp API";

        if (BinaryFormatter().IsMatch(text)) yield return $"{path}: no pickle and no BinaryFormatter; artifacts are safetensors and JSON";
        if (AsyncVoid().IsMatch(text)) yield return $"{path}: async void loses exceptions; return Task";
        if (NotWritten().IsMatch(text)) yield return $"{path}: a NotImplementedException is a stub";
        if (path.StartsWith("shared/models/", StringComparison.Ordinal) && text.Contains("using MindBridge.Memory", StringComparison.Ordinal))
            yield return $"{path}: models must not know the method";
    }

    [GeneratedRegex(@"\[(DllImport|LibraryImport)\((?!""libc"")")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"\b(BinaryFormatter|Unpickler|Razorvine)\b")]
    private static partial Regex BinaryFormatter();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"\bnew\s+NotImplementedException\b")]
    private static partial Regex NotWritten();
}
