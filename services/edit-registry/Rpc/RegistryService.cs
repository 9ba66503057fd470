using Grpc.Core;
using MindBridge.EditRegistry.CommittingEdits;
using MindBridge.EditRegistry.CreatingMemories;
using MindBridge.EditRegistry.ImportingEdits;
using MindBridge.EditRegistry.KeepingAnswers;
using MindBridge.EditRegistry.ReadingEdits;
using MindBridge.EditRegistry.ReleasingLlms;
using MindBridge.EditRegistry.RevisingEdits;
using MindBridge.EditRegistry.SubmittingEdits;
using MindBridge.EditRegistry.WatchingMemories;
using MindBridge.Platform.Security;
using Microsoft.AspNetCore.Authorization;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.EditRegistry.Rpc;

/// <summary>The registry over gRPC: each call finds its capability and no more.</summary>
internal sealed class RegistryService(Memories memories, EditLog log, EditStream stream, EditImport import, EditHistory history, Revisions revisions, OutOfScope outOfScope, Commits commits, LlmCatalogue llms, MemoryWatch watch)
    : Wire.EditRegistry.EditRegistryBase
{
    [Authorize(Policy = Caller.Editor)]
    public override async Task<Wire.Memory> CreateMemory(Wire.CreateMemoryRequest request, ServerCallContext context) =>
        WireForms.Memory(await memories.CreateAsync(CallerOf(context), request.Name, WireForms.Settings(request.Settings), context.CancellationToken));

    public override async Task<Wire.Memory> GetMemory(Wire.GetMemoryRequest request, ServerCallContext context) =>
        WireForms.Memory(await FindAsync(request.Memory, context));

    public override async Task<Wire.ListMemoriesReply> ListMemories(Wire.ListMemoriesRequest request, ServerCallContext context) =>
        new() { Memories = { (await memories.ListAsync(CallerOf(context) is { IsForAll: false } caller ? caller.Tenant : null, context.CancellationToken)).Select(WireForms.Memory) } };

    [Authorize(Policy = Caller.Editor)]
    public override async Task<Wire.SubmitEditsReply> SubmitEdits(Wire.SubmitEditsRequest request, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        var submission = await log.SubmitAsync(memory.Id, CallerOf(context).Name, [.. request.Edits.Select(WireForms.Edit)], (BatchRule)request.Rule, context.CancellationToken);
        return new Wire.SubmitEditsReply
        {
            Edits = { submission.Edits.Select(WireForms.Submitted) },
            Problems = { submission.Problems.Select(WireForms.Problem) },
            Conflicts = { submission.Conflicts.Select(WireForms.Conflict) },
        };
    }

    [Authorize(Policy = Caller.Editor)]
    public override async Task StreamEdits(IAsyncStreamReader<Wire.StreamedEdit> requestStream, IServerStreamWriter<Wire.Acknowledgement> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)) return;
        var memory = await FindAsync(requestStream.Current.Memory, context);
        await foreach (var (through, submission) in stream.SubmitAsync(memory.Id, CallerOf(context).Name, EditsOf(requestStream, context.CancellationToken), null, context.CancellationToken))
        {
            var repeated = submission.Edits.Count(edit => edit.Repeated);
            await responseStream.WriteAsync(new Wire.Acknowledgement
            {
                ThroughRow = through,
                Accepted = submission.Edits.Count - repeated,
                Repeated = repeated,
                Problems = { submission.Problems.Select(WireForms.Problem) },
                Conflicts = { submission.Conflicts.Select(WireForms.Conflict) },
            });
        }
    }

    [Authorize(Policy = Caller.Editor)]
    public override async Task ImportEdits(IAsyncStreamReader<Wire.ImportedPiece> requestStream, IServerStreamWriter<Wire.ImportProgress> responseStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)) throw new ArgumentException("the stream is empty; name the memory in its first message, and send the file");
        var memory = await FindAsync(requestStream.Current.Memory, context);
        var outcome = await import.ImportAsync(
            memory.Id, CallerOf(context).Name, PiecesOf(requestStream, context.CancellationToken), progress => responseStream.WriteAsync(WireForms.Progress(progress)), context.CancellationToken);
        await responseStream.WriteAsync(WireForms.Imported(outcome));
    }

    [Authorize(Policy = Caller.Editor)]
    public override async Task<Wire.SubmittedEdit> RetractEdit(Wire.RetractEditRequest request, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        return WireForms.Submitted(await revisions.RetractAsync(
            memory.Id, CallerOf(context).Name, WireForms.Id("edit_id", request.EditId), WireForms.Absent(request.Reason), WireForms.Absent(request.ClientKey), context.CancellationToken));
    }

    public override async Task ReadEdits(Wire.ReadEditsRequest request, IServerStreamWriter<Wire.RecordedEdit> responseStream, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        await foreach (var edit in history.StandingAsync(memory.Id, request.CommitSequence, context.CancellationToken)) await responseStream.WriteAsync(WireForms.Recorded(edit));
    }

    public override async Task<Wire.SearchEditsReply> SearchEdits(Wire.SearchEditsRequest request, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        var page = await history.SearchAsync(memory.Id, new EditSearch(request.Text, request.History, [.. request.States.Select(state => (EditState)state)], request.NewestFirst, request.AfterSequence, request.Limit), context.CancellationToken);
        return new Wire.SearchEditsReply { Edits = { page.Edits.Select(WireForms.Recorded) }, Next = page.Next };
    }

    public override async Task<Wire.GetFactHistoryReply> GetFactHistory(Wire.GetFactHistoryRequest request, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        return new Wire.GetFactHistoryReply { Edits = { (await history.OfFactAsync(memory.Id, WireForms.Id("fact_id", request.FactId), context.CancellationToken)).Select(WireForms.Recorded) } };
    }

    [Authorize(Policy = Caller.Editor)]
    public override async Task<Wire.OutOfScopeSet> PutOutOfScope(IAsyncStreamReader<Wire.OutOfScopePrompt> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken)) throw new ArgumentException("the stream is empty; name the memory and a prompt in its first message");
        var memory = await FindAsync(requestStream.Current.Memory, context);
        var (count, hash) = await outOfScope.ReplaceAsync(memory.Id, CallerOf(context), PromptsOf(requestStream, context.CancellationToken), context.CancellationToken);
        return new Wire.OutOfScopeSet { Count = count, ContentHash = hash };
    }

    public override async Task ReadOutOfScope(Wire.ReadOutOfScopeRequest request, IServerStreamWriter<Wire.OutOfScopePrompt> responseStream, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        await foreach (var prompt in outOfScope.ReadAsync(memory.Id, context.CancellationToken))
            await responseStream.WriteAsync(WireForms.OutOfScope(prompt));
    }

    [Authorize(Policy = Caller.Editor)]
    public override async Task<Wire.Commit> CommitNow(Wire.CommitNowRequest request, ServerCallContext context) =>
        WireForms.Committed(await commits.CommitNowAsync((await FindAsync(request.Memory, context)).Id, CallerOf(context), context.CancellationToken));

    public override async Task<Wire.ListCommitsReply> ListCommits(Wire.ListCommitsRequest request, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        return new Wire.ListCommitsReply { Commits = { (await commits.ListAsync(memory.Id, request.AfterSequence, context.CancellationToken)).Select(WireForms.Committed) } };
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.LlmVersion> ReleaseLlm(Wire.ReleaseLlmRequest request, ServerCallContext context)
    {
        var llm = new NewLlm(request.Name, request.Version, request.Family, request.Uri, request.ContentHash);
        return WireForms.Llm(await llms.ReleaseAsync(llm, CallerOf(context), context.CancellationToken));
    }

    public override async Task<Wire.ListLlmsReply> ListLlms(Wire.ListLlmsRequest request, ServerCallContext context) =>
        new() { Llms = { (await llms.ListAsync(request.Retired, context.CancellationToken)).Select(WireForms.Llm) } };

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.LlmVersion> RetireLlm(Wire.RetireLlmRequest request, ServerCallContext context) =>
        WireForms.Llm(await llms.RetireAsync(WireForms.Id("id", request.Id), CallerOf(context), context.CancellationToken));

    public override async Task WatchMemory(Wire.WatchMemoryRequest request, IServerStreamWriter<Wire.MemoryEvent> responseStream, ServerCallContext context)
    {
        var memory = await FindAsync(request.Memory, context);
        await foreach (var (commit, pending) in watch.WatchAsync(memory.Id, request.AfterCommitSequence, context.CancellationToken))
            await responseStream.WriteAsync(commit is null ? new Wire.MemoryEvent { PendingCount = pending } : new Wire.MemoryEvent { Committed = WireForms.Committed(commit) });
    }

    private static async IAsyncEnumerable<NumberedEdit> EditsOf(IAsyncStreamReader<Wire.StreamedEdit> requests, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (row, memory) = (0L, requests.Current.Memory);
        do
        {
            var message = requests.Current;
            if (message.Memory.Length > 0 && message.Memory != memory) throw new ArgumentException($"edit {row + 1}: memory is \"{message.Memory}\", where the stream began with \"{memory}\"; open a stream for each memory");
            if (message.Edit is not null || message.Edits.Count == 0) yield return new NumberedEdit(++row, WireForms.Edit(message.Edit));
            foreach (var edit in message.Edits) yield return new NumberedEdit(++row, WireForms.Edit(edit));
        }
        while (await requests.MoveNext(cancellationToken));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesOf(IAsyncStreamReader<Wire.ImportedPiece> requests, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do yield return requests.Current.Content.Memory;
        while (await requests.MoveNext(cancellationToken));
    }

    private static async IAsyncEnumerable<NewOutOfScopePrompt> PromptsOf(IAsyncStreamReader<Wire.OutOfScopePrompt> requests, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do yield return new NewOutOfScopePrompt(requests.Current.Prompt, requests.Current.Subject, requests.Current.Answer, [.. requests.Current.Wordings]);
        while (await requests.MoveNext(cancellationToken));
    }

    private static Caller CallerOf(ServerCallContext context) => Caller.Of(context.GetHttpContext().User);

    private Task<MemoryRecord> FindAsync(string memory, ServerCallContext context) => memories.FindAsync(CallerOf(context).Tenant, memory, context.CancellationToken);
}
