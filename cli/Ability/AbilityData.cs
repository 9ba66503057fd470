using System.Security.Cryptography;
using System.Text;
using MindBridge.Evaluator.MeasuringAbility;

namespace MindBridge.Cli.Ability;

/// <summary>
/// A user's folder of general-ability data as questions and passages: GLUE-style JSON lines, MMLU's CSV files and plain text. Which of them are asked, a seed and their own texts decide, so that the same folder, seed and limit ask the
/// same questions of every LLM.
/// </summary>
/// <param name="Items">What is asked, task by task, in the order of the files.</param>
/// <param name="Found">Per task how many there were before some were drawn, and where.</param>
internal sealed record AbilityData(IReadOnlyList<AbilityItem> Items, IReadOnlyList<(string Task, int Found, string Where)> Found)
{
    /// <summary>Reads a folder.</summary>
    /// <param name="folder">The user's folder.</param>
    /// <param name="tasks">Those that are wanted; none: all that the folder has.</param>
    /// <param name="limit">Most items of a task; 0: all.</param>
    /// <param name="seed">Decides which.</param>
    /// <exception cref="ArgumentException">A task is none, or the folder lacks it, or has none of them.</exception>
    /// <exception cref="InvalidDataException">A file is broken; the message names it and the line.</exception>
    public static AbilityData Read(string folder, IReadOnlyList<string> tasks, int limit, ulong seed)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder; give one with {Layout}");
        if (limit < 0) throw new ArgumentException($"--limit is {limit}; give 1 or more, or 0 for all");
        if (tasks.FirstOrDefault(t => !AbilityTask.All.Contains(t, StringComparer.Ordinal)) is { } none) throw new ArgumentException($"--tasks has \"{none}\"; give some of {string.Join(", ", AbilityTask.All)}");
        var (items, found) = (new List<AbilityItem>(), new List<(string, int, string)>());
        foreach (var task in AbilityTask.All)
        {
            if (tasks.Count > 0 && !tasks.Contains(task, StringComparer.Ordinal)) continue;
            var (where, read) = Of(folder, task);
            if (where is null)
            {
                if (tasks.Count > 0) throw new ArgumentException($"{folder} has no data for {task}; give a folder with {Layout}, or leave the task out");
                continue;
            }

            // A question that a file has twice would count twice.
            var all = read!.DistinctBy(i => i.Prompt, StringComparer.Ordinal).ToList();
            if (all.Count == 0) throw new InvalidDataException($"{where} holds nothing to ask; put data there, or leave {task} out of --tasks");
            found.Add((task, all.Count, Path.GetRelativePath(folder, where)));
            items.AddRange(Draw(all, limit, seed));
        }

        return items.Count > 0 ? new AbilityData(items, found) : throw new ArgumentException($"{folder} holds no data; give a folder with {Layout}");
    }

    private const string Layout = "glue/sst2.jsonl, mrpc.jsonl, cola.jsonl, rte.jsonl or nli.jsonl, mmlu/dev and mmlu/test with CSV files, or wikitext-2/test.txt";

    private static (string? Where, IEnumerable<AbilityItem>? Read) Of(string folder, string task)
    {
        if (task == AbilityTask.Mmlu) return MmluFolder.Find(folder) is { } mmlu ? (mmlu, MmluFolder.Read(mmlu)) : default;
        if (task == AbilityTask.Perplexity) return TextFile.Find(folder) is { } text ? (text, TextFile.Read(text)) : default;
        string[] places = [Path.Combine(folder, "glue", task + ".jsonl"), Path.Combine(folder, task + ".jsonl")];
        return places.FirstOrDefault(File.Exists) is { } file ? (file, GlueFile.Read(file, task)) : default;
    }

    private static IEnumerable<AbilityItem> Draw(List<AbilityItem> all, int limit, ulong seed)
    {
        if (limit == 0 || all.Count <= limit) return all;
        var drawn = all.OrderBy(i => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\u0001{i.Task}\u0001{i.Prompt}"))), StringComparer.Ordinal).Take(limit).ToHashSet();
        return all.Where(drawn.Contains);
    }
}
