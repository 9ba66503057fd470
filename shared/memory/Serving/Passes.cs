using MindBridge.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Memory.Serving;

/// <summary>What a teacher-forced pass says of one answer token: what the model would have said, and how likely it held the token.</summary>
public readonly record struct TokenOutcome(int Argmax, float LogProbability);

/// <summary>
/// Runs requests through the LLM in batches without any padding: rows of one batch have equal length and an equally long soft prompt, so a row with a closed gate
/// only ever shares a batch with rows of the unedited path and goes through the same operations on the same values. The head is applied where it is needed only.
/// </summary>
public static class Passes
{
    private const int TokensPerBatch = 4096;
    private const int HeadRows = 512;

    /// <summary>One pass over prompt + answer: the outcome for each answer token.</summary>
    /// <param name="answerer">The model.</param>
    /// <param name="requests">Prepared prompts.</param>
    /// <param name="answers">Token ids of the answers, at least one each.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static TokenOutcome[][] Force(Answerer answerer, IReadOnlyList<Request> requests, IReadOnlyList<int[]> answers, CancellationToken cancellationToken = default)
    {
        var result = new TokenOutcome[requests.Count][];
        using var frozen = no_grad();
        foreach (var batch in Batches(answerer, requests, i => answers[i].Length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var rows = batch.Select(i => requests[i]).ToList();
            var length = rows[0].Length + answers[batch[0]].Length;
            var positions = new List<long>();
            var targets = new List<long>();
            for (var row = 0; row < batch.Length; row++)
                for (var k = 0; k < answers[batch[row]].Length; k++)
                {
                    positions.Add(((long)row * length) + rows[row].Length - 1 + k);
                    targets.Add(answers[batch[row]][k]);
                }
            var hidden = answerer.Hidden(rows, Embed(answerer.Llm, rows, [.. batch.Select(i => answers[i])]), null, Positions(answerer.Llm, positions));
            var outcomes = new List<TokenOutcome>(targets.Count);
            for (var from = 0; from < targets.Count; from += HeadRows)
            {
                using var inner = NewDisposeScope();
                var count = Math.Min(HeadRows, targets.Count - from);
                var logits = answerer.Llm.Model.Logits(hidden.narrow(0, from, count));
                var best = logits.argmax(1).cpu().data<long>().ToArray();
                var wanted = tensor(targets.GetRange(from, count).ToArray()).to(logits.device).unsqueeze(1);
                var probability = (logits.gather(1, wanted).squeeze(1) - logits.logsumexp(1)).cpu().data<float>().ToArray();
                for (var k = 0; k < count; k++) outcomes.Add(new TokenOutcome((int)best[k], probability[k]));
            }
            var at = 0;
            foreach (var i in batch)
            {
                result[i] = [.. outcomes.GetRange(at, answers[i].Length)];
                at += answers[i].Length;
            }
        }
        return result;
    }

    /// <summary>Logits for the first answer token, [requests, vocabulary] float32 on the CPU.</summary>
    public static Tensor NextTokenLogits(Answerer answerer, IReadOnlyList<Request> requests)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        var order = new List<long>();
        foreach (var batch in Batches(answerer, requests, _ => 0))
        {
            using var inner = NewDisposeScope();
            var rows = batch.Select(i => requests[i]).ToList();
            var last = Enumerable.Range(1, rows.Count).Select(r => ((long)r * rows[0].Length) - 1).ToList();
            var hidden = answerer.Hidden(rows, Embed(answerer.Llm, rows, null), null, Positions(answerer.Llm, last));
            parts.Add(answerer.Llm.Model.Logits(hidden).cpu().MoveToOuterDisposeScope());
            order.AddRange(batch.Select(i => (long)i));
        }
        var back = new long[order.Count];
        for (var k = 0; k < order.Count; k++) back[order[k]] = k;
        return cat(parts, 0).index_select(0, tensor(back)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Greedy decoding with a key-value cache. A row ends at an end token (not returned), after its most tokens, or when <paramref name="ended"/> says so.
    /// </summary>
    /// <param name="answerer">The model.</param>
    /// <param name="requests">Prepared prompts.</param>
    /// <param name="most">Most tokens for each row.</param>
    /// <param name="ended">Given a row's index and its tokens so far, whether its answer is complete; null never ends early.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static int[][] Greedy(Answerer answerer, IReadOnlyList<Request> requests, IReadOnlyList<int> most,
        Func<int, IReadOnlyList<int>, bool>? ended = null, CancellationToken cancellationToken = default)
    {
        var result = new int[requests.Count][];
        var ends = answerer.Llm.Model.EndTokens;
        using var frozen = no_grad();
        foreach (var batch in Batches(answerer, requests, i => most[i], sameExtra: false))
        {
            using var scope = NewDisposeScope();
            var rows = batch.Select(i => requests[i]).ToList();
            var tokens = batch.Select(_ => new List<int>()).ToList();
            var running = batch.Select(i => most[i] > 0).ToArray();
            var steps = batch.Max(i => most[i]);
            using var cache = answerer.Llm.Model.NewCache(rows.Count, rows[0].Length + steps);
            var last = Enumerable.Range(1, rows.Count).Select(r => ((long)r * rows[0].Length) - 1).ToList();
            var hidden = answerer.Hidden(rows, Embed(answerer.Llm, rows, null), cache, Positions(answerer.Llm, last));
            for (var step = 0; ; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                var next = answerer.Llm.Model.Logits(hidden.reshape(rows.Count, -1)).argmax(1);
                var chosen = next.cpu().data<long>().ToArray();
                for (var row = 0; row < rows.Count; row++)
                {
                    if (!running[row]) continue;
                    if (ends.Contains((int)chosen[row]))
                    {
                        running[row] = false;
                        continue;
                    }
                    tokens[row].Add((int)chosen[row]);
                    running[row] = tokens[row].Count < most[batch[row]] && ended?.Invoke(batch[row], tokens[row]) is not true;
                }
                if (!running.Contains(true)) break;
                hidden.Dispose();
                hidden = answerer.Llm.Model.Hidden(answerer.Llm.Model.Embed(next.unsqueeze(1)), null, cache).MoveToOuterDisposeScope();
            }
            for (var row = 0; row < rows.Count; row++) result[batch[row]] = [.. tokens[row]];
        }
        return result;
    }

    /// <summary>The embeddings of one request, [length, width]: what a generator continues.</summary>
    public static Tensor Embed(Llm llm, Request request)
    {
        using var scope = NewDisposeScope();
        return Embed(llm, [request], null).squeeze(0).MoveToOuterDisposeScope();
    }

    // Rows of one batch: equal soft prompts (length and place) and equal numbers of ids.
    private static Tensor Embed(Llm llm, List<Request> rows, List<int[]>? answers)
    {
        var width = rows[0].Ids.Count + (answers?[0].Length ?? 0);
        var flat = new long[rows.Count * width];
        for (var row = 0; row < rows.Count; row++)
        {
            var at = row * width;
            foreach (var id in rows[row].Ids) flat[at++] = id;
            if (answers is not null)
                foreach (var id in answers[row]) flat[at++] = id;
        }
        var embedded = llm.Model.Embed(tensor(flat, [rows.Count, width]).to(DeviceOf(llm)));
        if (rows[0].SoftPrompt is null) return embedded;
        var soft = stack(rows.Select(r => r.SoftPrompt!).ToArray()).to(embedded.dtype).to(embedded.device);
        var place = rows[0].SoftAt;
        if (place == 0) return cat([soft, embedded], 1);
        return place == width ? cat([embedded, soft], 1) : cat([embedded.narrow(1, 0, place), soft, embedded.narrow(1, place, width - place)], 1);
    }

    private static IEnumerable<int[]> Batches(Answerer answerer, IReadOnlyList<Request> requests, Func<int, int> extra, bool sameExtra = true)
    {
        var limit = answerer.Llm.Model.MaxPositions;
        for (var i = 0; i < requests.Count; i++)
            if (requests[i].Length + extra(i) > limit)
                throw new ArgumentException($"prompt {i + 1} takes {requests[i].Length} tokens and {extra(i)} for the answer; {answerer.Llm.Name} holds {limit}: shorten the prompt");
            else if (requests[i].Ids.Count == 0)
                throw new ArgumentException($"prompt {i + 1} is empty; give at least one word");
        return Enumerable.Range(0, requests.Count)
            .GroupBy(i => (Soft: requests[i].SoftTokens, At: requests[i].SoftPrompt is null ? 0 : requests[i].SoftAt, Length: requests[i].Ids.Count + (sameExtra ? extra(i) : 0)))
            .OrderBy(g => g.Key)
            .SelectMany(g => g.Chunk(Math.Max(1, TokensPerBatch / (g.Key.Length + g.Key.Soft))));
    }

    private static Tensor Positions(Llm llm, List<long> positions) => tensor(positions.ToArray()).to(DeviceOf(llm));

    private static Device DeviceOf(Llm llm) => llm.Model.Device;
}
