using System.Collections.Concurrent;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Serving;
using TorchSharp;

namespace MindBridge.Inference.PreparingPrompts;

/// <summary>
/// Reads prompts for one memory on one LLM. Where a prompt's words alone decide, it is done at once, without the encoder. Else what comes while the encoder runs is read together at its next pass, each prompt exactly as it would be alone; what was read lately is kept, and
/// a prompt that several ask at a time is read once.
/// </summary>
internal sealed class Preparation(EditedAnswerer answerer, int kept, int mostWaiting, string what)
{
    private const int AtOnce = 32;
    // A longer prompt is read, not kept: what is kept stays small.
    private const int LongestKept = 4096;
    private readonly Lock gate = new();
    private readonly Dictionary<Asked, LinkedListNode<(Asked Asked, Task<PreparedPrompt> Prepared)>> known = [];
    // The latest used first.
    private readonly LinkedList<(Asked Asked, Task<PreparedPrompt> Prepared)> use = new();
    private readonly Queue<(Asked Asked, TaskCompletionSource<PreparedPrompt> Told)> waiting = new();
    // By shard and edit: an edit's soft prompt is always the same.
    private readonly ConcurrentDictionary<(int Shard, int Edit), (float[] Values, int Rows)> softPrompts = new();
    private bool running;

    /// <summary>Passes of the encoder so far, and the prompts they read.</summary>
    public (long Passes, long Prompts) Count { get; private set; }

    /// <summary>What the LLM receives. Not to be abandoned: what is behind it must stay loaded until it has ended.</summary>
    /// <exception cref="BusyException">Too many prompts wait already.</exception>
    /// <param name="prompt">What the LLM reads.</param>
    /// <param name="question">What the memory reads: the prompt, or of a conversation what the user asked last.</param>
    /// <param name="read">Have the encoder read it in any case: the decision is to be explained.</param>
    public Task<PreparedPrompt> PrepareAsync(string prompt, string question, bool read = false)
    {
        if (!read && ByWords(prompt, question) is { } decided) return Task.FromResult(decided);
        var asked = new Asked(prompt, question);
        lock (gate)
        {
            if (known.TryGetValue(asked, out var there))
            {
                use.Remove(there);
                use.AddFirst(there);
                return there.Value.Prepared;
            }

            BusyException.ThrowIfMore(waiting.Count, mostWaiting, what);
            var told = new TaskCompletionSource<PreparedPrompt>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue((asked, told));
            Keep(asked, told.Task);
            if (!running)
            {
                running = true;
                _ = Task.Run(Run);
            }

            return told.Task;
        }
    }

    private PreparedPrompt? ByWords(string prompt, string question)
    {
        var edited = answerer.Edited;
        if (edited.DecideByWords(question) is not { } decision) return null;
        var ids = edited.Llm.Encode(prompt);
        if (decision.Fired is not { } fired) return new PreparedPrompt(ids, [], 0, 0, decision);
        if (softPrompts.Count > kept) softPrompts.Clear();
        var (values, rows) = softPrompts.GetOrAdd((decision.Shard, fired.Index), static (_, asked) => Read(asked.edited, asked.decision), (edited, decision));
        return new PreparedPrompt(ids, values, rows, Request.PlaceOf(edited.Layout, ids, edited.Llm.Tokenizer.Bos), decision);
    }

    private static (float[] Values, int Rows) Read(EditedModel edited, Decision decision)
    {
        using var scope = torch.NewDisposeScope();
        var soft = edited.SoftPromptOf(decision).to(torch.float32).cpu();
        return (soft.data<float>().ToArray(), (int)soft.shape[0]);
    }

    private void Keep(Asked asked, Task<PreparedPrompt> prepared)
    {
        if (kept == 0 || asked.Prompt.Length > LongestKept) return;
        known[asked] = use.AddFirst((asked, prepared));
        if (use.Count > kept) Forget(use.Last!);
    }

    private void Forget(LinkedListNode<(Asked Asked, Task<PreparedPrompt> Prepared)> place)
    {
        known.Remove(place.Value.Asked);
        use.Remove(place);
    }

    private void Run()
    {
        while (true)
        {
            var batch = new List<(Asked Asked, TaskCompletionSource<PreparedPrompt> Told)>();
            lock (gate)
            {
                while (batch.Count < AtOnce && waiting.TryDequeue(out var next)) batch.Add(next);
                if (batch.Count == 0)
                {
                    running = false;
                    return;
                }

                Count = (Count.Passes + 1, Count.Prompts + batch.Count);
            }

            if (TryAll(batch)) continue;
            // One of them cannot be read; the others must not suffer for it.
            foreach (var each in batch) TryOne(each.Asked, each.Told);
        }
    }

    private bool TryAll(List<(Asked Asked, TaskCompletionSource<PreparedPrompt> Told)> batch)
    {
        if (batch.Count == 1) return false;
        try
        {
            foreach (var (prepared, (_, told)) in Prepare([.. batch.Select(b => b.Asked)]).Zip(batch)) told.SetResult(prepared);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private void TryOne(Asked asked, TaskCompletionSource<PreparedPrompt> told)
    {
        try
        {
            told.SetResult(Prepare([asked])[0]);
        }
        catch (Exception e)
        {
            lock (gate)
            {
                if (known.TryGetValue(asked, out var there) && there.Value.Prepared == told.Task) Forget(there);
            }

            told.SetException(e);
        }
    }

    private List<PreparedPrompt> Prepare(IReadOnlyList<Asked> asked)
    {
        using var scope = torch.NewDisposeScope();
        return [.. answerer.PrepareEach([.. asked.Select(a => a.Prompt)], [.. asked.Select(a => a.Question)]).Select(PreparedPrompt.Of)];
    }

    private readonly record struct Asked(string Prompt, string Question);
}
