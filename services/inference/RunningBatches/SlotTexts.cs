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
            plan.Want(text, plan.Slots.Count);
            plan.Slots.Add(text.Slot);
            plan.Tokens.Add(text.Last);
        }

        foreach (var text in running)
        {
            if (text.Unread == 0 || promptTokens == 0) continue;
            var count = Math.Min(text.Unread, promptTokens);
            promptTokens -= count;
            var (first, before) = (plan.Slots.Count, text.RowsRead);
            plan.Prompts.Add(text.Read(count));
            plan.Slots.AddRange(Enumerable.Repeat(text.Slot, count));
            var inner = text.Unread > 0 ? count : count - 1;
            if (text.Ticket.Sequence.ReadsPrompt)
                for (var k = 0; k < inner; k++) plan.Want(text, first + k, before + k);
            if (text.Unread == 0) plan.Want(text, plan.Slots.Count - 1);
        }

        return plan;
    }

    /// <summary>Hands a text its logits: of a row of its prompt, or where it chooses its next token; a text that is over leaves its slot.</summary>
    public void Choose(Running text, int? promptRow, Span<float> logits)
    {
        // It failed in an earlier row of the same pass.
        if (text.IsOver) return;
        try
        {
            if (promptRow is { } row) text.Ticket.Sequence.Read(row, logits);
            else if (text.Ticket.Sequence.Next(logits) is { } token && ++text.Made < text.Ticket.Sequence.Most) text.Last = token;
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
        text.IsOver = true;
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

    /// <summary>Rows of the prompt that the LLM has read.</summary>
    public int RowsRead => read;

    /// <summary>It has left its slot.</summary>
    public bool IsOver { get; set; }

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

    /// <summary>Rows whose logits are wanted.</summary>
    public List<int> Wanted { get; } = [];

    /// <summary>For each of them, by which text: to choose its next token, or to see a row of its prompt.</summary>
    public List<(Running Text, int? PromptRow)> Wanting { get; } = [];

    public void Want(Running text, int row, int? promptRow = null)
    {
        Wanted.Add(row);
        Wanting.Add((text, promptRow));
    }
}
