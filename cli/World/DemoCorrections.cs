using MindBridge.Memory.Edits;
using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Running;
using MindBridge.Memory.Scoring;

namespace MindBridge.Cli.World;

/// <summary>
/// What the demo corrects, what it trains with and what it scores with, all of it drawn from the world by one seed. The four sets of prompts are disjoint:
/// corrections are trained on the train wordings, validated on two wordings kept aside, and scored on test wordings; known facts are parted into those that
/// training uses as out-of-scope prompts, a few for validation, and those that score Loc.
/// </summary>
internal sealed record DemoCorrections
{
    private const double OutOfScopeShare = 0.6, ValidationShare = 0.1;
    private const int PrefixSentences = 400;

    /// <summary>The corrections: the object is exchanged for another of the same relation.</summary>
    public required IReadOnlyList<Edit> Edits { get; init; }

    /// <summary>Known facts that training uses as out-of-scope prompts.</summary>
    public required IReadOnlyList<OutOfScopePrompt> OutOfScope { get; init; }

    /// <summary>For choosing checkpoints and thresholds.</summary>
    public required IReadOnlyList<Probe> Validation { get; init; }

    /// <summary>For the scores; no training has seen any of these prompts but the edits' own (Rel).</summary>
    public required IReadOnlyList<Probe> Probes { get; init; }

    /// <summary>Every fact of the world on its plain prompt: what the base models should know.</summary>
    public required IReadOnlyList<Probe> Known { get; init; }

    /// <summary>Unrelated sentences to put before prompts in training.</summary>
    public required IReadOnlyList<string> Prefixes { get; init; }

    /// <summary>The same, as a run takes it.</summary>
    public EditingRunData ForRun() => new()
    {
        Edits = Edits, OutOfScope = OutOfScope, Prefixes = Prefixes, Validation = Validation, Probes = Probes, Known = Known,
    };

    /// <summary>
    /// The same, as an editor submits it: the corrections with the wordings that may train; the test wordings, and the facts that must stay, as probes beside them.
    /// </summary>
    public IEnumerable<MindBridge.Contracts.V1.Edit> AsSubmitted()
    {
        var paraphrases = Probes.Where(p => p.Kind is ProbeKind.Generality).ToLookup(p => p.EditId, p => p.Prompt, StringComparer.Ordinal);
        var locality = Probes.Where(p => p.Kind is ProbeKind.LocalityNeighbour or ProbeKind.LocalityHeldOut).ToArray();
        for (var i = 0; i < Edits.Count; i++)
        {
            var edit = Edits[i];
            var submitted = new MindBridge.Contracts.V1.Edit
            {
                ClientKey = $"demo/{edit.Id}", ExternalId = edit.Id, Subject = edit.Subject, Relation = edit.Relation ?? "", Object = edit.Object, OldObject = edit.OldObject ?? "", Prompt = edit.Prompt, Source = "demo",
                Wordings = { edit.Wordings }, Paraphrases = { paraphrases[edit.Id] },
            };
            for (var k = i; k < locality.Length; k += Edits.Count) submitted.Locality.Add(new MindBridge.Contracts.V1.LocalityProbe { Prompt = locality[k].Prompt, Answer = locality[k].Answer });
            yield return submitted;
        }
    }

    /// <summary>How many corrections there can be.</summary>
    public static int MostOf(DemoWorld world) => world.Facts.Count(f => f.Role is FactRole.Edit);

    /// <param name="world">The world.</param>
    /// <param name="count">Corrections; at most as many as there are facts that may be corrected.</param>
    /// <param name="seed">Draws facts, new objects and parts.</param>
    public static DemoCorrections Draw(DemoWorld world, int count, long seed)
    {
        var editable = world.Facts.Where(f => f.Role is FactRole.Edit).ToArray();
        if (count < 1 || count > editable.Length) throw new ArgumentException($"{count} corrections cannot be drawn; give 1 to {editable.Length}");
        var random = new Random((int)(seed % int.MaxValue));
        random.Shuffle(editable);
        var corrected = editable[..count];
        var edits = corrected.Select(fact => Correct(world, fact, random)).ToList();

        var known = world.Facts.Where(f => f.Role is FactRole.Known).ToArray();
        random.Shuffle(known);
        var (trained, validated) = ((int)(OutOfScopeShare * known.Length), (int)((OutOfScopeShare + ValidationShare) * known.Length));
        var subjects = edits.ToDictionary(e => e.Subject, e => e.Id, StringComparer.Ordinal);
        var old = corrected.Select(f => (f.Relation, f.Object)).ToHashSet();
        return new DemoCorrections
        {
            Edits = edits,
            OutOfScope = [.. known[..trained].Select(f => Aside(world, f))],
            Validation =
            [
                .. corrected.Zip(edits, (fact, edit) => Of(ProbeKind.Generality, Wording(world.RelationOf(fact).Validation), fact, edit)),
                .. known[trained..validated].Select(f => Locality(old, Wording(world.RelationOf(f).Validation), f)),
            ],
            Probes =
            [
                .. corrected.Zip(edits, (fact, edit) => Of(ProbeKind.Reliability, world.RelationOf(fact).Train[0], fact, edit)),
                .. corrected.Zip(edits).SelectMany(c => world.RelationOf(c.First).Test.Select(wording => Of(ProbeKind.Generality, wording, c.First, c.Second))),
                .. known[validated..].Select(f => Locality(old, Wording(world.RelationOf(f).Test), f)),
                .. world.Facts.Where(f => f.Role is FactRole.Same && subjects.ContainsKey(f.Subject)).Select(f => new Probe
                {
                    Kind = ProbeKind.LocalitySameSubject, EditId = subjects[f.Subject], Prompt = Relation.Prompt(world.RelationOf(f).Train[0], f.Subject), Answer = f.Object,
                }),
            ],
            Prefixes = [.. Enumerable.Range(0, PrefixSentences).Select(_ => world.Filler.Sentence(random)).Distinct(StringComparer.Ordinal)],
            Known = [.. world.Facts.Select(f => new Probe { Kind = ProbeKind.LocalityHeldOut, Prompt = Relation.Prompt(world.RelationOf(f).Train[0], f.Subject), Answer = f.Object })],
        };

        string Wording(IEnumerable<string> wordings)
        {
            var all = wordings.ToArray();
            return all[random.Next(all.Length)];
        }
    }

    private static Edit Correct(DemoWorld world, Fact fact, Random random)
    {
        var relation = world.RelationOf(fact);
        // As often as the object occurs: then the new object is as plausible as any.
        var others = world.Facts.Where(f => f.Relation == fact.Relation && f.Object != fact.Object).Select(f => f.Object).ToArray();
        return new Edit
        {
            Id = $"{fact.Relation}:{fact.Subject}",
            Subject = fact.Subject,
            Relation = relation.Wikidata,
            Object = others[random.Next(others.Length)],
            OldObject = fact.Object,
            Prompt = Relation.Prompt(relation.Train[0], fact.Subject),
            Wordings = [.. relation.Trained.Skip(1).Select(w => Relation.Prompt(w, fact.Subject))],
        };
    }

    private static OutOfScopePrompt Aside(DemoWorld world, Fact fact)
    {
        var prompts = world.RelationOf(fact).Trained.Select(w => Relation.Prompt(w, fact.Subject)).ToList();
        return new OutOfScopePrompt { Prompt = prompts[0], Wordings = [.. prompts.Skip(1)] };
    }

    private static Probe Of(ProbeKind kind, string wording, Fact fact, Edit edit) => new()
    {
        Kind = kind, EditId = edit.Id, Prompt = Relation.Prompt(wording, fact.Subject), Answer = edit.Object, OldAnswer = fact.Object,
    };

    // A neighbour shares relation and object with a fact that is corrected.
    private static Probe Locality(HashSet<(string, string)> old, string wording, Fact fact) => new()
    {
        Kind = old.Contains((fact.Relation, fact.Object)) ? ProbeKind.LocalityNeighbour : ProbeKind.LocalityHeldOut,
        Prompt = Relation.Prompt(wording, fact.Subject), Answer = fact.Object,
    };
}
