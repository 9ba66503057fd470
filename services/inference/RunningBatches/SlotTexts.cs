using MindBridge.Models;
using static TorchSharp.torch;

namespace MindBridge.Inference.RunningBatches;

/// <summary>The texts that run, each in its slot. For the engine's thread; only counts are read from others.</summary>
internal sealed class SlotTexts(SlotCache cache) : IDisposable
{
    private readonly Stack<int> free = new(Enumerable.Range(0, cache.Slots).Reverse());
    private readonly List<Running> running = [];
    private int freeCount = cache.Slots;

    public SlotCache Cache => cache;

    public int Free => Volatile.Read(ref freeCount);

    public IReadOnlyList<Running> Running => running;

    /// <summary>Takes a free slot for a text whose prompt's embeddings [length, width] become its own.</summary>
    public void Add(Ticket ticket, Tensor embeddings)
    {
        var slot = free.Pop();
        Volatile.Write(ref freeCount, free.Count);
        cache.Clear(slot);
        running.Add(new Running(ticket, slot, embeddings.DetachFromDisposeScope()));
    }

    /// <summary>
    /// The rows of the next pass: the last token of every text that has begun, then of those that have not as much of their prompts as there is room for, in the order they came.
    /// </summary>
    public Plan Plan(int promptTokens)
    {
        var plan = new Plan();
        foreach (var text in running)
        {
            if (text.Unread > 0) continue;
            plan.Wanted.Add(plan.Slots.Count);
            plan.Choosing.Add(text);
            plan.Slots.Add(text.Slot);
            plan.Tokens.Add(text.Last);
        }

        foreach (var text in running)
        {
            if (text.Unread == 0 || promptTokens == 0) continue;
            var count = Math.Min(text.Unread, promptTokens);
            promptTokens -= count;
            plan.Prompts.Add(text.Read(count));
            plan.Slots.AddRange(Enumerable.Repeat(text.Slot, count));
            if (text.Unread > 0) continue;
            plan.Wanted.Add(plan.Slots.Count - 1);
            plan.Choosing.Add(text);
        }

        return plan;
    }

    /// <summary>Hands a text its logits; a text that is over leaves its slot.</summary>
    public void Choose(Running text, Span<float> logits)
    {
        try
        {
            if (text.Ticket.Sequence.Next(logits) is { } token && ++text.Made < text.Ticket.Sequence.Most) text.Last = token;
            else End(text, ended => ended.TrySetResult());
        }
        catch (Exception e)
        {
            End(text, ended => ended.TrySetException(e));
        }
    }

    public void DropCancelled()
    {
        for (var i = running.Count - 1; i >= 0; i--)
            if (running[i].Ticket.Cancelled is { } cancelled) End(running[i], ended => ended.TrySetCanceled(cancelled));
    }

    public void EndAll(Exception e)
    {
        foreach (var text in running.ToList()) End(text, ended => ended.TrySetException(e));
    }

    public void Dispose()
    {
        foreach (var text in running) text.Dispose();
        cache.Dispose();
    }

    // The slot first: whoever hears of the end may count on it.
    private void End(Running text, Action<TaskCompletionSource> tell)
    {
        running.Remove(text);
        text.Dispose();
        free.Push(text.Slot);
        Volatile.Write(ref freeCount, free.Count);
        tell(text.Ticket.Ended);
    }
}

/// <summary>A text in its slot.</summary>
internal sealed class Running(Ticket ticket, int slot, Tensor prompt) : IDisposable
{
    private Tensor? prompt = prompt;
    private int read;

    public Ticket Ticket => ticket;

    public int Slot => slot;

    /// <summary>Tokens of the prompt that the LLM has not read.</summary>
    public int Unread => prompt is null ? 0 : (int)prompt.shape[0] - read;

    /// <summary>Tokens chosen so far.</summary>
    public int Made { get; set; }

    /// <summary>The token chosen last.</summary>
    public int Last { get; set; }

    /// <summary>The next rows of the prompt, in the caller's scope.</summary>
    public Tensor Read(int count)
    {
        var part = prompt!.narrow(0, read, count);
        read += count;
        if (Unread == 0) Dispose();
        return part;
    }

    public void Dispose()
    {
        prompt?.Dispose();
        prompt = null;
    }
}

/// <summary>One pass.</summary>
internal sealed class Plan
{
    public List<int> Slots { get; } = [];

    public List<int> Tokens { get; } = [];

    public List<Tensor> Prompts { get; } = [];

    /// <summary>Rows whose next token is chosen, and by which text.</summary>
    public List<int> Wanted { get; } = [];

    public List<Running> Choosing { get; } = [];
}
