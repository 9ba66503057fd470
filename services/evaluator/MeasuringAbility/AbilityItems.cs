using System.Text;
using MindBridge.Evaluator.ScoringBridges;
using MindBridge.Platform.Artifacts;

namespace MindBridge.Evaluator.MeasuringAbility;

/// <summary>Questions and passages as artifacts: the id is the hash of the data.</summary>
internal sealed class AbilityItems(IArtifactStore store, ProbeSets sets)
{
    /// <summary>Bytes of a suite at most.</summary>
    public const int MostBytes = 64 << 20;

    private const int Most = 100_000;

    /// <summary>Checks every line, and stores them.</summary>
    /// <exception cref="ArgumentException">A line is no item, two are the same, or there are none, or too many.</exception>
    public async Task<string> KeepAsync(string text, CancellationToken cancellationToken)
    {
        var items = Read(text);
        if (items.Count is 0 or > Most) throw new ArgumentException($"{items.Count} questions are given; give 1 to {Most}");
        var seen = new HashSet<(string, string)>();
        foreach (var (i, item) in items.Index())
            if (!seen.Add((item.Task, item.Prompt))) throw new ArgumentException($"question {i + 1} of {items.Count} is a {item.Task} question that came before; give each once");
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(items.Select(item => item.ToLine() + "\n"))));
        return (await store.SaveAsync(lines, cancellationToken)).Value;
    }

    /// <exception cref="FileNotFoundException">They are not in the store.</exception>
    public async Task<IReadOnlyList<AbilityItem>> ReadAsync(string id, CancellationToken cancellationToken) => Read(Encoding.UTF8.GetString(await sets.ReadBytesAsync(id, cancellationToken)));

    private static List<AbilityItem> Read(string text)
    {
        var items = new List<AbilityItem>();
        foreach (var (i, line) in text.Split('\n').Index())
            if (!string.IsNullOrWhiteSpace(line)) items.Add(AbilityItem.Read(line, i + 1));
        return items;
    }
}
