using System.Diagnostics;
using System.Runtime.InteropServices;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Serving;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Inference.RunningBatches;

/// <summary>
/// Continues texts with one LLM, all that run in one batch: each step reads the next token of every running text and parts of new prompts in one pass. A text begins as soon as a slot
/// is free, tenant after tenant, and leaves its slot with its last token or when it is cancelled; others notice nothing. Work that needs the LLM for itself (scoring) runs between two
/// steps, and gives as much time to the texts as it took.
/// </summary>
internal sealed class Engine : IDisposable
{
    private readonly Llm llm;
    private readonly string title;
    private readonly int mostWaiting, promptTokens;
    private readonly SlotTexts texts;
    private readonly Lane turns;
    private readonly Lock gate = new();
    private readonly FairQueue<Ticket> waiting = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly Thread thread;
    private Action? turn;
    private bool closing;
    // What the last turn took, less what the texts have had since, in timestamp units.
    private long owed;

    public Engine(Llm llm, string title, InferenceSettings settings)
    {
        (this.llm, this.title, mostWaiting, promptTokens) = (llm, title, settings.MostWaiting, settings.PromptTokens);
        var capacity = Math.Min(settings.Positions, llm.Model.MaxPositions);
        var slots = (int)Math.Clamp(settings.CacheMegabytes * 1_048_576L / llm.Model.BytesOfSlot(capacity), 1, settings.Slots);
        texts = new SlotTexts(llm.Model.NewSlots(slots, capacity));
        turns = new Lane(title, settings.MostWaiting);
        thread = new Thread(Run) { IsBackground = true, Name = $"engine of {title}" };
        thread.Start();
    }

    /// <summary>The most tokens of a prompt and its answer.</summary>
    public int Positions => texts.Cache.Capacity;

    /// <summary>Texts that can run at a time.</summary>
    public int Slots => texts.Cache.Slots;

    /// <summary>Slots that no text is in.</summary>
    public int FreeSlots => texts.Free;

    /// <summary>Texts that wait for a slot.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    /// <summary>Steps so far, and tokens chosen in them.</summary>
    public (long Steps, long Tokens) Count { get; private set; }

    /// <summary>Runs a text to its end. When the task ends, however it ends, the engine has let go of the text.</summary>
    /// <exception cref="BusyException">Too many of the tenant's texts wait already.</exception>
    public async Task RunAsync(Sequence sequence, string tenant, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ticket = new Ticket(sequence);
        LinkedListNode<Ticket> place;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closing, this);
            // Free slots are taken in the order of the queue at the next step, so they count as room.
            if (waiting.CountOf(tenant) >= texts.Free) BusyException.ThrowIfMore(waiting.CountOf(tenant) - texts.Free, mostWaiting, title);
            place = waiting.Add(tenant, ticket);
        }

        wake.Set();
        await using (cancellationToken.Register(() => Leave(tenant, place, cancellationToken))) await ticket.Ended.Task;
    }

    /// <summary>Work that needs the LLM for itself, on the engine's thread between two steps; tenant after tenant.</summary>
    /// <exception cref="BusyException">Too many of the tenant's turns wait already.</exception>
    public async Task<T> TakeTurnAsync<T>(string tenant, Func<T> work, CancellationToken cancellationToken)
    {
        using var mine = await turns.EnterAsync(tenant, cancellationToken);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closing, this);
            turn = () =>
            {
                try
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    done.SetResult(work());
                }
                catch (OperationCanceledException e)
                {
                    done.SetCanceled(e.CancellationToken);
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            };
        }

        wake.Set();
        // Not abandoned: the turn is over when the work is.
        return await done.Task;
    }

    public void Dispose()
    {
        lock (gate) closing = true;
        wake.Set();
        thread.Join();
        texts.Dispose();
        wake.Dispose();
    }

    private void Leave(string tenant, LinkedListNode<Ticket> place, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!waiting.Remove(tenant, place))
            {
                // Runs: the next step begins without it.
                place.Value.Cancelled = cancellationToken;
                return;
            }
        }

        place.Value.Ended.TrySetCanceled(cancellationToken);
    }

    private void Run()
    {
        // A thread's own: whatever runs here records no gradient.
        using var frozen = no_grad();
        while (true)
        {
            Action? work = null;
            lock (gate)
            {
                if (closing) break;
                if (turn is not null && (owed <= 0 || (texts.Running.Count == 0 && waiting.Count == 0))) (work, turn) = (turn, null);
            }

            if (work is not null)
            {
                var began = Stopwatch.GetTimestamp();
                work();
                owed = Stopwatch.GetTimestamp() - began;
            }

            texts.DropCancelled();
            Admit();
            if (texts.Running.Count > 0) Step();
            else if (IsIdle()) wake.WaitOne();
        }

        texts.EndAll(new ObjectDisposedException(nameof(Engine)));
        while (waiting.TryTake(out var left)) left.Ended.TrySetException(new ObjectDisposedException(nameof(Engine)));
    }

    private bool IsIdle()
    {
        lock (gate) return !closing && turn is null && waiting.Count == 0;
    }

    private void Admit()
    {
        while (texts.Free > 0)
        {
            Ticket? next;
            lock (gate)
            {
                if (!waiting.TryTake(out next)) return;
            }

            try
            {
                texts.Add(next, next.Sequence.Prompt.Embed(llm));
            }
            catch (Exception e)
            {
                next.Ended.TrySetException(e);
            }
        }
    }

    private void Step()
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var scope = NewDisposeScope();
            var plan = texts.Plan(promptTokens);
            var parts = new List<Tensor>(plan.Prompts.Count + 1);
            if (plan.Tokens.Count > 0) parts.Add(llm.Model.Embed(tensor(plan.Tokens.Select(t => (long)t).ToArray())));
            parts.AddRange(plan.Prompts);
            var logits = llm.Model.Next(parts.Count == 1 ? parts[0] : cat(parts, 0), texts.Cache, [.. plan.Slots], plan.Wanted);
            var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
            var vocabulary = llm.Model.VocabularySize;
            for (var row = 0; row < plan.Wanting.Count; row++) texts.Choose(plan.Wanting[row].Text, plan.Wanting[row].PromptRow, values.Slice(row * vocabulary, vocabulary));
            Count = (Count.Steps + 1, Count.Tokens + plan.Wanting.Count(w => w.PromptRow is null));
        }
        catch (Exception e)
        {
            // A pass that failed says nothing about any text; all that ran in it are told.
            texts.EndAll(e);
        }

        owed -= Stopwatch.GetTimestamp() - began;
    }
}
