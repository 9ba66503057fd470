using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.RunningBatches;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Serving;
using MindBridge.ServingWorld;

namespace MindBridge.Inference.Tests.RunningBatches;

/// <summary>An engine with one slot, which the test holds until all wait.</summary>
public sealed class When_tenants_share_an_engine : IAsyncLifetime
{
    private readonly Llm llm = Llm.From(TrainedWorld.LlmFolder);
    private readonly List<string> order = [];
    private Engine engine = null!;

    public ValueTask InitializeAsync()
    {
        engine = new Engine(llm, "the LLM", new InferenceSettings { Slots = 1, MostWaiting = 3 });
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        engine.Dispose();
        llm.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Should_begin_texts_tenant_after_tenant_and_refuse_only_who_asks_too_much()
    {
        var held = new Held(this);
        var first = engine.RunAsync(held, "a", CancellationToken.None);
        held.Begun.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue();

        string[] names = ["a1", "a2", "a3", "b1", "c1", "b2"];
        var waiting = names.Select(name => engine.RunAsync(new Named(this, name), name[..1], CancellationToken.None)).ToList();
        engine.Waiting.ShouldBe(6);
        (await Should.ThrowAsync<BusyException>(() => engine.RunAsync(new Named(this, "a4"), "a", CancellationToken.None))).Message.ShouldContain("3 of your requests wait for the LLM");
        held.GoOn.Release(2);
        await Task.WhenAll([first, .. waiting]).WaitAsync(TimeSpan.FromSeconds(20));

        order.ShouldBe(["a1", "b1", "c1", "a2", "b2", "a3"]);
    }

    [Fact]
    public async Task Should_give_a_cancelled_text_s_slot_to_the_next()
    {
        using var cancel = new CancellationTokenSource();
        var held = new Held(this);
        var endless = engine.RunAsync(held, "a", cancel.Token);
        held.Begun.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue();
        var next = engine.RunAsync(new Named(this, "b1"), "b", CancellationToken.None);

        await cancel.CancelAsync();
        held.GoOn.Release();

        // Were it asked for another token, it would never come to an end.
        await Should.ThrowAsync<OperationCanceledException>(() => endless.WaitAsync(TimeSpan.FromSeconds(20)));
        await next.WaitAsync(TimeSpan.FromSeconds(20));
        held.Asked.ShouldBe(1);
        held.GoOn.Release(1000);
    }

    // Notes when it begins, and is over with its first token.
    private sealed class Named : Sequence
    {
        private readonly When_tenants_share_an_engine test;
        private readonly string name;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Named(When_tenants_share_an_engine test, string name) => (this.test, this.name, Prompt, Most) = (test, name, PreparedPrompt.Unedited(test.llm, "The capital"), 1);

        public override int? Next(Span<float> logits)
        {
            test.order.Add(name);
            return 1;
        }
    }

    // Stays at each token until it is let go on.
    private sealed class Held : Sequence
    {
        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Held(When_tenants_share_an_engine test) => (Prompt, Most) = (PreparedPrompt.Unedited(test.llm, "The capital"), 2);

        public ManualResetEventSlim Begun { get; } = new();

        public SemaphoreSlim GoOn { get; } = new(0);

        public int Asked { get; private set; }

        public override int? Next(Span<float> logits)
        {
            Asked++;
            Begun.Set();
            return GoOn.Wait(TimeSpan.FromSeconds(30)) ? 1 : null;
        }
    }
}
