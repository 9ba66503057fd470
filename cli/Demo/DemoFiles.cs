using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MindBridge.Cli.World;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Scoring;

namespace MindBridge.Cli.Demo;

/// <summary>The demo's world as the files a user of the platform would bring.</summary>
internal static class DemoFiles
{
    private const int SentenceCount = 400, Later = 40, Superseding = 10, Retracted = 5;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string SentencesOf(string folder) => Path.Combine(folder, "sentences.txt");

    /// <summary>Writes sentences in the words of the world, to be put before prompts; what the demo's models know is little else.</summary>
    public static async Task<string> SentencesAsync(string folder, CancellationToken cancellationToken)
    {
        var (filler, random) = (DemoWorld.Load().Filler, new Random(0));
        await File.WriteAllLinesAsync(SentencesOf(folder), Enumerable.Range(0, SentenceCount).Select(_ => filler.Sentence(random)).Distinct(StringComparer.Ordinal), cancellationToken);
        return SentencesOf(folder);
    }

    /// <summary>
    /// Writes edits.jsonl (the corrections with wordings that may train, paraphrases and locality prompts that only score), later.jsonl (fifty more, ten of which supersede),
    /// taken-back.txt (the ids of five to retract) and out-of-scope.jsonl.
    /// </summary>
    public static async Task<int> ExportAsync(string folder, int count, long seed, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var world = DemoWorld.Load();
        var corrections = DemoCorrections.Draw(world, count, seed);
        var most = DemoCorrections.MostOf(world);
        var more = DemoCorrections.Draw(world, Math.Min(count + Later, most), seed);
        // Whoever was corrected is corrected again, to what another subject of the relation has now.
        var superseding = corrections.Edits.Take(Superseding).Select((edit, i) => edit with
        {
            Id = $"{edit.Id}:again", OldObject = edit.Object, Object = corrections.Edits.Where(e => e.Relation == edit.Relation && e.Object != edit.Object && e.Object != edit.OldObject).Select(e => e.Object).ElementAtOrDefault(i) ?? edit.OldObject!,
        });
        await WriteAsync(folder, "edits.jsonl", corrections.Edits.Select((edit, i) => Row(edit, corrections, i)), cancellationToken);
        await WriteAsync(folder, "later.jsonl", superseding.Concat(more.Edits.Skip(count)).Select(edit => Row(edit, more, null)), cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(folder, "taken-back.txt"), corrections.Edits.Skip(Superseding).Take(Retracted).Select(edit => edit.Id), cancellationToken);
        await WriteAsync(folder, "out-of-scope.jsonl", corrections.OutOfScope.Select(p => (object)new { p.Prompt, p.Wordings }), cancellationToken);
        Console.WriteLine($"{folder}: edits.jsonl ({corrections.Edits.Count} edits), later.jsonl (more of them, {Superseding} superseding), taken-back.txt ({Retracted} ids), out-of-scope.jsonl ({corrections.OutOfScope.Count} prompts)");
        return 0;
    }

    private static object Row(Edit edit, DemoCorrections corrections, int? place)
    {
        var locality = corrections.Probes.Where(p => p.Kind is ProbeKind.LocalityNeighbour or ProbeKind.LocalityHeldOut).ToArray();
        return new
        {
            edit.Id, edit.Subject, edit.Relation, edit.Prompt, edit.Object, old = edit.OldObject, edit.Wordings,
            paraphrases = corrections.Probes.Where(p => p.Kind is ProbeKind.Generality && p.EditId == edit.Id).Select(p => p.Prompt),
            locality = place is not { } first ? null : locality.Where((_, k) => k % corrections.Edits.Count == first).Select(p => new { p.Prompt, p.Answer }),
        };
    }

    private static Task WriteAsync(string folder, string name, IEnumerable<object> rows, CancellationToken cancellationToken) =>
        File.WriteAllLinesAsync(Path.Combine(folder, name), rows.Select(row => JsonSerializer.Serialize(row, Json)), cancellationToken);
}
