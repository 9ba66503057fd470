using MindBridge.Memory.Addressing;
using MindBridge.Memory.Rivals;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Tests.Evaluation;

public sealed class When_protocols_score(When_protocols_score.World world) : IClassFixture<When_protocols_score.World>
{
    private readonly TinyMemory tiny = world.Tiny;
    private readonly Llm llm = world.Taught;

    [Fact]
    public void Should_count_a_whole_answer_as_a_hit_and_a_part_as_a_miss()
    {
        Probe[] probes =
        [
            Gen("Oslo is in", "Norway"), Gen("Lima is in", "peru"), Gen("Lima is in", "Per"), Gen("Bonn is in", "West"), Gen("Bonn is in", "West Germany"),
            Gen("Anna works in", "St. Louis"), Gen("Anna works in", "St. Paul"),
        ];
        Values(Protocol.GenerateExact, probes).ShouldBe([1, 1, 0, 0, 1, 1, 0]);
        // The prototype's criterion looks at the object's length only: the beginning of a longer answer counts.
        Values(Protocol.GeneratePrefix, probes).ShouldBe([1, 0, 1, 1, 1, 1, 0]);
        var token = Values(Protocol.TeacherForcedToken, probes);
        token[0].ShouldBe(1);
        token[6].ShouldBeInRange(4.0 / 9, 8.0 / 9); // " St. " agrees, and some letters more
    }

    [Fact]
    public void Should_measure_locality_against_the_unedited_models_own_answer()
    {
        Probe[] probes = [new() { Kind = ProbeKind.LocalityNeighbour, Prompt = "Oslo is in", Answer = "Sweden" }, new() { Kind = ProbeKind.LocalityHeldOut, Prompt = "Lima is in", Answer = "Peru" }];
        foreach (var protocol in (Protocol[])[Protocol.GenerateExact, Protocol.GeneratePrefix, Protocol.TeacherForcedToken])
            Values(protocol, probes).ShouldBe([1, 1], protocol.Name);
        Values(Protocol.Divergence, probes).ShouldAllBe(v => v == 0);

        using var other = tiny.NewLlm("gpt2");
        using var changed = new Unedited(other);
        using var unedited = new Unedited(llm);
        using var evaluation = new MindBridge.Memory.Scoring.Protocols.Evaluation(unedited, probes);
        var scores = evaluation.Score(changed, [Protocol.GenerateExact, Protocol.Divergence]);
        scores.Results[0].Results.ShouldAllBe(r => r.Value == 0);
        scores.Results[1].Results.ShouldAllBe(r => r.Value > 0.1);
        scores.Results[0].Results[0].Before.ShouldBe("Norway");
    }

    [Fact]
    public void Should_compare_the_probabilities_of_new_and_old()
    {
        Probe[] probes =
        [
            Gen("Oslo is in", "Norway") with { OldAnswer = "Italy" }, Gen("Oslo is in", "Italy") with { OldAnswer = "Norway" }, Gen("Rome is in", "Italy"),
            new() { Kind = ProbeKind.LocalityNeighbour, Prompt = "Rome is in", Answer = "Italy", EditId = "7" },
        ];
        using var unedited = new Unedited(llm);
        using var evaluation = new MindBridge.Memory.Scoring.Protocols.Evaluation(unedited, probes, new Dictionary<string, string> { ["7"] = "Peru" });
        var results = evaluation.Score(unedited, [Protocol.Probability]).Results[0].Results;
        results.Select(r => r.Value).ShouldBe([1, 0, 1]);
        results.Count.ShouldBe(3); // without an old object nothing can be compared
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void Should_find_the_same_by_one_forced_pass_as_by_decoding(string family)
    {
        using var model = tiny.NewLlm(family);
        using var unedited = new Unedited(model);
        using var scope = NewDisposeScope();
        var prompts = Enumerable.Range(0, 20).Select(i => $"Prompt {i} about {new string('x', i % 4)} is").ToArray();
        var requests = unedited.Prepare(prompts);
        var greedy = Passes.Greedy(unedited, requests, [.. prompts.Select((_, i) => 1 + (i % 5))]);
        var forced = Passes.Force(unedited, requests, greedy);
        for (var i = 0; i < prompts.Length; i++) forced[i].Select(o => o.Argmax).ShouldBe(greedy[i]);

        // Our decoder and the generator that serves users say the same.
        var generated = Models.Generator.Generate(model.Model, [.. requests.Select(r => Passes.Embed(model, r))], new GenerationSettings(MaxTokens: 5));
        for (var i = 0; i < prompts.Length; i++) generated[i].Take(greedy[i].Length).ShouldBe(greedy[i]);
    }

    [Fact]
    public void Should_edit_with_a_codebook_and_defer_elsewhere()
    {
        using var codebook = Codebook.Write(llm, [TinyMemory.New("1", "Oslo", null, "Oslo is in", "Peru"), TinyMemory.New("2", "Rome", null, "Rome is in", "Iran")], new CodebookSettings { Steps = 250, Layer = 0 });
        Probe[] probes = [Gen("Oslo is in", "Peru"), new() { Kind = ProbeKind.LocalityNeighbour, Prompt = "Carl works in", Answer = "St. Paul" }];
        using var unedited = new Unedited(llm);
        using var evaluation = new MindBridge.Memory.Scoring.Protocols.Evaluation(unedited, probes);
        evaluation.Score(codebook, [Protocol.GeneratePrefix]).Results[0].Results.Select(r => r.Value).ShouldBe([1, 1]);
        evaluation.Score(unedited, [Protocol.GeneratePrefix]).Results[0].Results.Select(r => r.Value).ShouldBe([0, 1]);
    }

    [Fact]
    public void Should_edit_by_fine_tuning_within_the_radius_it_was_given()
    {
        using var copy = TaughtLlm.Create(tiny);
        var before = copy.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        using var tuned = FineTuning.Train(copy, [TinyMemory.New("1", "Oslo", null, "Oslo is in", "Peru")], new FineTuningSettings { Epochs = 80, Radius = 0.5, LearningRate = 2e-2 });
        var moved = copy.Model.named_parameters().ToDictionary(p => p.name, p => (p.parameter - before[p.name]).abs().max().item<float>());
        moved.Count(m => m.Value > 0).ShouldBe(1);
        moved.Values.Max().ShouldBeInRange(0.1f, 0.5f + 1e-6f);
        using var unedited = new Unedited(llm);
        using var evaluation = new MindBridge.Memory.Scoring.Protocols.Evaluation(unedited, [Gen("Oslo is in", "Peru")]);
        evaluation.Score(tuned, [Protocol.GeneratePrefix]).Results[0].Results[0].Value.ShouldBe(1);
    }

    [Fact]
    public void Should_write_the_nearest_edit_into_the_prompt()
    {
        using var scope = NewDisposeScope();
        using var inContext = new InContext(llm, tiny.Encoder, tiny.Keys);
        var request = inContext.Prepare(["Oslo is a city in"])[0];
        llm.Tokenizer.Decode(request.Ids).ShouldBe("New fact: Oslo is a city in Chile. Oslo is a city in");
        request.SoftPrompt.ShouldBeNull();
        using var careful = new InContext(llm, tiny.Encoder, tiny.Keys, leastSimilarity: 0.999);
        llm.Tokenizer.Decode(careful.Prepare(["zzz"])[0].Ids).ShouldBe("zzz");
    }

    [Fact]
    public void Should_measure_general_ability_alike_before_and_after_where_the_memory_is_silent()
    {
        using var unedited = new Unedited(llm);
        using var edited = new EditedModel(llm, [new Shard(tiny.Encoder, tiny.Projector, tiny.Keys, new DecisionRule { Addressing = AddressingMode.Subject })], MindBridge.Memory.Bridging.SoftPromptLayout.AfterPrompt);
        var passage = new AbilityItem("word1 word2 word3", string.Join(' ', Enumerable.Repeat("word4", 12)), [], []);
        AbilityItem right = new("Oslo is in", "Norway", ["Peru", "Norway"], []), wrong = right with { Answer = "Peru" };

        var scores = GeneralAbility.Score(edited, unedited, [passage, right, wrong, passage with { Answer = string.Join(' ', Enumerable.Repeat("word4", 5000)) }]);

        scores[0]!.Value.ShouldBe(scores[0]!.Base);
        // The negative log likelihood of the whole rest, by its words.
        var (prompt, rest) = (llm.Encode(passage.Prompt).Count, llm.EncodeAnswer(passage.Prompt, passage.Answer));
        var forced = Passes.Force(unedited, unedited.Prepare([passage.Prompt]), [rest])[0];
        (prompt + rest.Length).ShouldBeLessThanOrEqualTo(llm.Model.MaxPositions);
        scores[0]!.Base.ShouldBe(-forced.Sum(t => (double)t.LogProbability) / 12, 1e-9);
        scores[0]!.Edited.ShouldBeFalse();
        // Of Oslo the memory speaks, and the LLM itself is measured beside it all the same.
        (scores[1]!.Base, scores[1]!.Before, scores[1]!.Edited).ShouldBe((1, "Norway", true));
        scores[2]!.Base.ShouldBe(0);
        scores[3].ShouldBeNull("the LLM has no room for it");
    }

    [Fact]
    public void Should_hold_the_option_likeliest_whose_tokens_are_as_a_whole_and_leave_out_examples_without_room()
    {
        using var unedited = new Unedited(llm);
        string[] options = ["Peru", "the far north of Norway", "Chile"];
        var item = new AbilityItem("Oslo is in", options[0], options, []);
        var likeliest = options.MaxBy(o => Passes.Force(unedited, unedited.Prepare([item.Prompt]), [llm.EncodeAnswer(item.Prompt, o)])[0].Sum(t => (double)t.LogProbability));
        GeneralAbility.Score(unedited, unedited, [item])[0]!.Before.ShouldBe(likeliest);

        var far = string.Join(' ', Enumerable.Repeat("word", llm.Model.MaxPositions)) + "\n";
        string[] near = ["Lima is in Peru\n", "Rome is in Italy\n"];
        var fitting = GeneralAbility.Score(unedited, unedited, [item with { Examples = near }, item with { Examples = [far, .. near] }, item with { Examples = [near[0], far] }, item]);
        fitting[1].ShouldBe(fitting[0], "the first example has no room, those after it have");
        fitting[2].ShouldBe(fitting[3], "the last example has no room, and none before it may stand in for it");
    }

    [Fact]
    public void Should_compare_the_oldest_edits_with_the_newest()
    {
        string[] ids = ["a", "b", "c", "d", "e"];
        var results = ids.Select((id, i) => new ProbeResult(Gen("p" + id, "x") with { EditId = id }, i < 2 ? 0 : 1)).ToList();
        var retention = Retention.Of(results, ids, 1000)!;
        (retention.Oldest, retention.Newest, retention.OldestProbes).ShouldBe((0, 1, 2));
        Retention.Of([], ids, 2).ShouldBeNull();
    }

    /// <summary>Taught once for all tests of this class; none of them changes it.</summary>
    public sealed class World : IDisposable
    {
        public World() => Taught = TaughtLlm.Create(Tiny);

        internal TinyMemory Tiny { get; } = new();

        internal Llm Taught { get; }

        public void Dispose()
        {
            Taught.Dispose();
            Tiny.Dispose();
        }
    }

    private static Probe Gen(string prompt, string answer) => new() { Kind = ProbeKind.Generality, Prompt = prompt, Answer = answer };

    private double[] Values(Protocol protocol, Probe[] probes)
    {
        using var unedited = new Unedited(llm);
        using var evaluation = new MindBridge.Memory.Scoring.Protocols.Evaluation(unedited, probes);
        return [.. evaluation.Score(unedited, [protocol]).Results[0].Results.Select(r => r.Value)];
    }
}
