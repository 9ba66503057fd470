using MindBridge.Contracts.V1;
using MindBridge.ServingWorld;

namespace MindBridge.Evaluator.Tests.Auditing;

public sealed class When_the_registry_is_changed(Platform platform)
{
    private readonly Tenant tenant = platform.Serving.NewTenant();

    [Fact]
    public async Task Should_stand_in_the_one_audit_log_with_who_and_what()
    {
        var memory = (await tenant.MemoryAsync()).ToString();
        using var prompts = tenant.Registry.PutOutOfScope(tenant.Headers);
        await prompts.RequestStream.WriteAsync(new OutOfScopePrompt { Memory = memory, Prompt = "The colour of snow is" });
        await prompts.RequestStream.CompleteAsync();
        (await prompts).Count.ShouldBe(1);
        await tenant.Registry.SubmitEditsAsync(new SubmitEditsRequest { Memory = memory, Edits = { new Edit { Subject = "Snow", Relation = "colour", Prompt = "Snow is", Object = "blue" } } }, tenant.Headers);
        var commit = await tenant.Registry.CommitNowAsync(new CommitNowRequest { Memory = memory }, tenant.Headers);
        // The same again changes nothing, and is told of by nothing.
        await tenant.Registry.CommitNowAsync(new CommitNowRequest { Memory = memory }, tenant.Headers);
        await tenant.MemoryAsync();
        var llm = await tenant.Registry.ReleaseLlmAsync(new ReleaseLlmRequest { Name = $"audited-{Guid.NewGuid():N}", Version = "1", Family = "gpt2", Uri = "/no/such/folder", ContentHash = new string('c', 64) }, tenant.AsOperator);
        for (var i = 0; i < 2; i++) await tenant.Registry.RetireLlmAsync(new RetireLlmRequest { Id = llm.Id }, tenant.AsOperator);

        IList<AuditEntry> entries = [];
        await Eventually.HoldsAsync(async () => (entries = (await tenant.Evaluator.ListAuditAsync(new ListAuditRequest(), tenant.AsAdmin)).Entries).Count >= 5, "the evaluator heard of them");

        entries.Select(e => (e.What, e.Subject, e.MemoryId)).ShouldBe(
            [("retire LLM", llm.Id, ""), ("release LLM", llm.Id, ""), ("commit", commit.Id, memory), ("put out-of-scope prompts", memory, memory), ("create memory", memory, memory)]);
        entries.ShouldAllBe(e => e.Who.StartsWith("caller ", StringComparison.Ordinal) && e.At.Length > 0);
        entries.Select(e => e.Who).Distinct().Count().ShouldBe(2, "the operator released and retired, the editor did the rest");
        (entries[0].Old.Contains(llm.Name, StringComparison.Ordinal), entries[0].New, entries[3].New.Contains("\"count\":1", StringComparison.Ordinal), entries[4].New.Contains("\"name\":\"facts\"", StringComparison.Ordinal)).ShouldBe((true, "", true, true));
        (await platform.Anybody.Evaluator.ListAuditAsync(new ListAuditRequest { What = "create memory" }, platform.Anybody.AsAdmin)).Entries.ShouldAllBe(e => e.MemoryId != memory);
    }
}
