using System.Text.Json;
using MindBridge.Memory.Edits;
using MindBridge.Memory.Encoders;
using MindBridge.Memory.Scoring;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Addressing;

/// <summary>
/// The addresses of one shard: for every edit one or more keys (features of its prompt and of other wordings), the value that is handed to the bridge (the feature of
/// its own prompt), its subject, and the bank of wordings that tells relations apart. Search is exact: one matrix product of centred, normalised features.
/// LLM-agnostic, so it belongs to the encoder. Retraction is deletion: <see cref="Without"/> leaves every other edit's similarities as they were.
/// </summary>
public sealed class KeyStore : IDisposable
{
    /// <summary>Its file in an encoder's folder.</summary>
    public const string FileName = "keys.safetensors";

    private const string Meta = "store";
    // A threshold may be infinite: a gate that always or never opens.
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly Tensor keys;           // [keys, h]; key i is edit i's own prompt for the first Edits.Count keys
    private readonly Tensor normalised;     // [keys, h], centred and of length one
    private readonly Tensor centre;         // [h]
    private readonly int[] owners;          // per key: its edit
    private readonly SubjectMatch subjects;
    private readonly IReadOnlyList<RelationWording> known;
    private readonly IReadOnlyList<IReadOnlyList<string>> wordings;     // per edit: further wordings of its own

    private KeyStore(Tensor keys, Tensor centre, Tensor values, int[] owners, IReadOnlyList<StoredEdit> edits, IReadOnlyList<RelationWording> known, IReadOnlyList<IReadOnlyList<string>> wordings, string encoderId)
    {
        (this.keys, this.centre, this.owners, Values, Edits, this.known, this.wordings, EncoderId) = (keys, centre, owners, values, edits, known, wordings, encoderId);
        normalised = Normalise(keys);
        subjects = new SubjectMatch(edits);
        Bank = RelationBank.Of(edits.SelectMany((e, i) => wordings[i].Prepend(e.Prompt).Select(p => RelationBank.TemplateOf(p, e.Subject))
            .Where(t => t.Contains(RelationBank.Placeholder, StringComparison.Ordinal)).Select(t => (t, e.Relations))), known);
    }

    /// <summary>The encoder that made the features; queries must come from the same.</summary>
    public string EncoderId { get; }

    /// <summary>The edits held.</summary>
    public IReadOnlyList<StoredEdit> Edits { get; }

    /// <summary>What the bridge receives for each edit, [edits, h] float32.</summary>
    public Tensor Values { get; }

    /// <summary>Known wordings of relations.</summary>
    public RelationBank Bank { get; }

    /// <summary>Where the gates stand.</summary>
    public Thresholds Thresholds { get; private set; } = new();

    /// <summary>Number of keys, at least one an edit.</summary>
    public int Keys => owners.Length;

    /// <summary>Encodes the edits' prompts, and what <paramref name="alsoKnownAs"/> gives for each (wordings, prefixed forms), as keys.</summary>
    /// <param name="encoder">The shard's encoder.</param>
    /// <param name="edits">The edits; conflicts must have been resolved.</param>
    /// <param name="wordings">Wordings of relations beyond the edits' own prompts and <see cref="Edit.Wordings"/>; the shipped ones when null.</param>
    /// <param name="alsoKnownAs">Further prompts that lead to an edit; none by default.</param>
    public static KeyStore Build(MemoryEncoder encoder, IReadOnlyList<Edit> edits, IEnumerable<RelationWording>? wordings = null, Func<Edit, IEnumerable<string>>? alsoKnownAs = null)
    {
        if (edits.Count == 0) throw new ArgumentException("no edits to address; give at least one edit", nameof(edits));
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var prompts = edits.Select(e => e.Prompt).ToList();
        var owners = Enumerable.Range(0, edits.Count).ToList();
        for (var i = 0; i < edits.Count && alsoKnownAs is not null; i++)
            foreach (var prompt in alsoKnownAs(edits[i]).Where(p => !string.IsNullOrWhiteSpace(p) && p != edits[i].Prompt).Distinct(StringComparer.Ordinal))
            {
                prompts.Add(prompt);
                owners.Add(i);
            }
        var features = encoder.Features(prompts);
        var values = features.narrow(0, 0, edits.Count).clone();
        var known = (wordings ?? RelationBank.Shipped()).ToList();
        return new KeyStore(features, values.mean([0L]), values, [.. owners], Stored(edits, known), known, [.. edits.Select(e => e.Wordings)], encoder.ArtifactId).Kept();
    }

    /// <summary>Chooses the thresholds from validation probes (<see cref="Calibration"/>); test probes never come near it.</summary>
    /// <param name="encoder">The store's encoder.</param>
    /// <param name="validation">Validation probes; with none, prompts about the edits' subjects are made up from the bank.</param>
    public void Calibrate(MemoryEncoder encoder, IReadOnlyList<Probe>? validation = null) => Thresholds = Calibration.Of(encoder, this, validation ?? []);

    /// <summary>The <paramref name="count"/> nearest different edits for each query, best first.</summary>
    /// <param name="features">[queries, h] float32, from the same encoder.</param>
    /// <param name="count">How many edits for each query.</param>
    public IReadOnlyList<IReadOnlyList<NearestEdit>> Nearest(Tensor features, int count)
    {
        var result = new List<IReadOnlyList<NearestEdit>>();
        if (Edits.Count == 0)
        {
            for (var i = 0L; i < features.shape[0]; i++) result.Add([]);
            return result;
        }
        const long chunk = 1024;
        var most = owners.Length == Edits.Count ? 1 : owners.GroupBy(o => o).Max(g => g.Count());
        var wanted = (int)Math.Min(owners.Length, (long)count * most);     // so many keys surely name `count` different edits
        for (var from = 0L; from < features.shape[0]; from += chunk)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var rows = Math.Min(chunk, features.shape[0] - from);
            var (values, indexes) = Normalise(features.narrow(0, from, rows)).matmul(normalised.t()).topk(wanted);
            var (value, index) = (values.cpu().data<float>().ToArray(), indexes.cpu().data<long>().ToArray());
            for (var row = 0; row < rows; row++)
            {
                var best = new List<NearestEdit>(count);
                for (var k = 0; k < wanted && best.Count < count; k++)
                {
                    var owner = owners[index[(row * wanted) + k]];
                    if (best.Exists(b => b.Index == owner)) continue;
                    best.Add(new NearestEdit(Edits[owner], owner, value[(row * wanted) + k]));
                }
                result.Add(best);
            }
        }
        return result;
    }

    /// <summary>The edits whose subject each query names, with what it asks of them.</summary>
    /// <param name="queries">The prompts.</param>
    /// <param name="features">Their features, [queries, h].</param>
    /// <returns>For each query its candidates, greatest lead first; empty where no subject is named.</returns>
    public IReadOnlyList<IReadOnlyList<(NearestEdit Edit, RelationScore Relation)>> Named(IReadOnlyList<string> queries, Tensor features)
    {
        var pairs = queries.SelectMany((query, q) => Named(query).Select(n => (Query: q, n.Edit, Score: n.Relation))).ToList();
        var result = new List<(NearestEdit Edit, RelationScore Relation)>[queries.Count];
        for (var q = 0; q < result.Length; q++) result[q] = [];
        if (pairs.Count > 0)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            var asked = Normalise(features.index_select(0, Rows([.. pairs.Select(p => p.Query)])));
            var held = normalised.index_select(0, Rows([.. pairs.Select(p => p.Edit)]));
            var similarity = (asked * held).sum([1L]).cpu().data<float>().ToArray();
            for (var k = 0; k < pairs.Count; k++)
                result[pairs[k].Query].Add((new NearestEdit(Edits[pairs[k].Edit], pairs[k].Edit, similarity[k]), pairs[k].Score));
        }
        return result;
    }

    /// <summary>The edits whose subject a query names, with what it asks of them: from its words alone, greatest lead first.</summary>
    public IReadOnlyList<(int Edit, RelationScore Relation)> Named(string query) =>
        [.. subjects.In(query).GroupBy(h => h.Edit)
            .Select(same => (Edit: same.Key, Relation: Bank.Score(SubjectMatch.RelationText(query, same.Last().Start, same.Last().End), Edits[same.Key].Relations)))
            .OrderByDescending(c => c.Relation.Lead).ThenBy(c => c.Edit)];

    /// <summary>The same store without one edit: its keys and value are gone, and with them every address that led to it.</summary>
    /// <exception cref="ArgumentException">The store holds no such edit.</exception>
    public KeyStore Without(string editId)
    {
        var index = Edits.ToList().FindIndex(e => string.Equals(e.EditId, editId, StringComparison.Ordinal));
        if (index < 0) throw new ArgumentException($"edit {editId} is not in this memory; `mindbridge ask --json` shows the ids of the nearest edits", nameof(editId));
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        int[] keptKeys = [.. Enumerable.Range(0, owners.Length).Where(k => owners[k] != index)];
        int[] keptEdits = [.. Enumerable.Range(0, Edits.Count).Where(e => e != index)];
        return new KeyStore(
            keys.index_select(0, Rows(keptKeys)), centre.clone(), Values.index_select(0, Rows(keptEdits)),
            [.. keptKeys.Select(k => owners[k] > index ? owners[k] - 1 : owners[k])], [.. keptEdits.Select(e => Edits[e])],
            known, [.. keptEdits.Select(e => wordings[e])], EncoderId) { Thresholds = Thresholds }.Kept();
    }

    /// <summary>Writes one safetensors file: keys, centre and values; edits, wordings and thresholds in its metadata.</summary>
    public void Save(string path)
    {
        using var owner = tensor(owners.Select(o => (long)o).ToArray());
        Safetensors.Write(path,
            new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["keys"] = keys, ["centre"] = centre, ["values"] = Values, ["owners"] = owner },
            new Dictionary<string, string>(StringComparer.Ordinal) { [Meta] = JsonSerializer.Serialize(new Description(Thresholds, Edits, known, wordings), s_json) });
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="encoder">The encoder that made the keys; its name is not in the file (which lies in the encoder's own folder), so one prompt is encoded again and compared.</param>
    /// <exception cref="InvalidDataException">The file is no key store, its parts do not fit together, or another encoder made it.</exception>
    public static KeyStore Load(string path, MemoryEncoder encoder)
    {
        using var file = Safetensors.Open(path);
        if (!file.Metadata.TryGetValue(Meta, out var json) || JsonSerializer.Deserialize<Description>(json, s_json) is not { } description)
            throw new InvalidDataException($"{path} is not a key store: its metadata has no \"{Meta}\"; train the encoder again, or give the edits");
        foreach (var name in (string[])["keys", "centre", "values", "owners"])
            if (!file.Names.Contains(name)) throw new InvalidDataException($"{path} is damaged: the tensor \"{name}\" is missing; copy the artifact again");
        using var owner = file.Read("owners");
        int[] owners = [.. owner.data<long>().ToArray().Select(o => (int)o)];
        var (keys, values, edits) = (file.Read("keys"), file.Read("values"), description.Edits);
        if (keys.shape[0] != owners.Length || values.shape[0] != edits.Count || description.Wordings.Count != edits.Count || owners.Any(o => o < 0 || o >= edits.Count))
            throw new InvalidDataException($"{path} is damaged: {keys.shape[0]} keys, {owners.Length} owners, {values.shape[0]} values and {edits.Count} edits do not fit together");
        if (values.shape[1] != encoder.Width || (edits.Count > 0 && !Same(encoder, edits[0].Prompt, values)))
            throw new InvalidDataException($"{path} was made by another encoder: it gives another feature for \"{(edits.Count > 0 ? edits[0].Prompt : "")}\"; give the edits, so that the keys are built anew");
        return new KeyStore(keys, file.Read("centre"), values, owners, edits, description.Known, description.Wordings, encoder.ArtifactId) { Thresholds = description.Thresholds }.Kept();
    }

    private static StoredEdit[] Stored(IReadOnlyList<Edit> edits, IReadOnlyList<RelationWording> known)
    {
        var bank = RelationBank.Of([], known);
        var inferred = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        IReadOnlyList<string> RelationsOf(Edit edit)
        {
            if (edit.Relation is { } named) return [named];
            var template = RelationBank.TemplateOf(edit.Prompt, edit.Subject);
            return inferred.TryGetValue(template, out var relations) ? relations : inferred[template] = bank.Infer(template);
        }
        return [.. edits.Select(e => new StoredEdit(e.Id, e.Subject, RelationsOf(e), e.Prompt, e.Object))];
    }

    private static bool Same(MemoryEncoder encoder, string prompt, Tensor values)
    {
        using var scope = NewDisposeScope();
        var now = encoder.Features([prompt]).cpu();
        var stored = values.narrow(0, 0, 1);
        return (now - stored).abs().max().item<float>() <= 0.05f * stored.abs().max().item<float>();
    }

    private KeyStore Kept()
    {
        foreach (var tensor in (Tensor[])[keys, normalised, centre, Values]) tensor.DetachFromDisposeScope();
        return this;
    }

    private Tensor Normalise(Tensor features)
    {
        var centred = features - centre;
        return centred / centred.norm(1, true).clamp_min(1e-12);
    }

    private Tensor Rows(int[] rows) => tensor(rows.Select(r => (long)r).ToArray()).to(keys.device);

    public void Dispose()
    {
        normalised.Dispose();
        keys.Dispose();
        centre.Dispose();
        Values.Dispose();
    }

    private sealed record Description(Thresholds Thresholds, IReadOnlyList<StoredEdit> Edits, IReadOnlyList<RelationWording> Known, IReadOnlyList<IReadOnlyList<string>> Wordings);
}
