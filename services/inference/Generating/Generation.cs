using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MindBridge.Inference.CallingVllm;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using MindBridge.Platform.Rpc;
using MindBridge.Platform.Tracing;

namespace MindBridge.Inference.Generating;

/// <summary>Continues prompts, a piece at a time.</summary>
internal sealed class Generation(InferenceSettings settings, TimeProvider time)
{
    public const int MostStops = 16, MostAlternatives = 20;
    private const int DefaultTokens = 64;
    private const double MostPenalty = 2;
    private const int LongestStop = 200;
    private const int MostAtOnce = 4;
    // No tokenizer makes one token of more; what is longer need not be tokenised to be refused.
    private const int MostCharactersAToken = 128;

    /// <summary>What the LLM receives for the request's prompt.</summary>
    /// <exception cref="ArgumentException">The request asks for what cannot be; the message says what can.</exception>
    /// <exception cref="BusyException">Too many prompts of the memory wait already.</exception>
    /// <param name="answering">Who answers.</param>
    /// <param name="request">The request.</param>
    /// <param name="time">The request's.</param>
    /// <param name="read">Have the encoder read the prompt even where its words alone decide.</param>
    public async Task<PreparedPrompt> PrepareAsync(Answering answering, TextRequest request, RequestTime time, bool read = false)
    {
        Check(request, answering.Llm.Llm);
        var prepared = answering.Served is { } served
            ? await answering.WaitAsync(served.Preparation.PrepareAsync(request.Prompt, request.Question ?? request.Prompt, read), time.Token)
            : PreparedPrompt.Unedited(answering.Llm.Llm, request.Prompt);
        time.Token.ThrowIfCancellationRequested();
        if (request.Ids is { } own) prepared = prepared.With(own);
        if (prepared.Ids.Count == 0) throw new ArgumentException("prompt is empty; give at least one word");
        if (prepared.Ids.Any(id => id >= answering.Llm.Llm.Model.VocabularySize)) throw new RefusedNowException($"the tokenizer of {answering.Llm.Version.Title} makes tokens that its model does not have; release it with the tokenizer it was trained with");
        if (prepared.Length >= answering.Llm.Engine.Positions)
            throw new ArgumentException($"prompt takes {prepared.Ids.Count} tokens{(prepared.SoftTokens > 0 ? $" and the memory {prepared.SoftTokens}" : "")}; {answering.Llm.Version.Title} holds {answering.Llm.Engine.Positions} with the answer: shorten the prompt");
        return prepared;
    }

    /// <summary>The pieces of an answer; the last tells how it ended. A caller who reads slowly holds up nobody.</summary>
    /// <exception cref="BusyException">Too many of the tenant's requests wait already.</exception>
    /// <exception cref="OutOfTimeException">It took longer than it may.</exception>
    /// <param name="answering">Who answers.</param>
    /// <param name="request">The request.</param>
    /// <param name="prepared">What the LLM receives.</param>
    /// <param name="tenant">In whose turn.</param>
    /// <param name="time">The request's.</param>
    /// <param name="cancellationToken">Ends this answer before the request.</param>
    public async IAsyncEnumerable<TextPiece> RunAsync(Answering answering, TextRequest request, PreparedPrompt prepared, string tenant, RequestTime time, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pieces = Channel.CreateUnbounded<TextPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        var running = RunAsync(answering, request, prepared, tenant, pieces.Writer, time, stop.Token);
        try
        {
            // Ends with its writer, which says why.
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None))
            {
                // Who cannot keep up with the tokens gets several at a time, and so keeps up.
                var more = piece;
                for (var k = 1; k < MostAtOnce && more.End is null && pieces.Reader.TryRead(out var next); k++)
                    more = new TextPiece(more.Text + next.Text) { Tokens = [.. more.Tokens, .. next.Tokens], End = next.End };
                yield return more;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private async Task RunAsync(Answering answering, TextRequest request, PreparedPrompt prepared, string tenant, ChannelWriter<TextPiece> pieces, RequestTime allowed, CancellationToken stop)
    {
        var most = Math.Min(request.MaxTokens == 0 ? DefaultTokens : request.MaxTokens, answering.Llm.Engine.Positions - prepared.Length + 1);
        using var activity = Began(answering, prepared);
        Func<int> written = () => 0;
        var (began, ended) = (time.GetTimestamp(), "answered");
        try
        {
            if (answering.Llm.Vllm is { } vllm)
            {
                if (request.Echoes) throw new ArgumentException($"echo is not supported for {answering.Llm.Version.Title}, which a vLLM server writes; leave it out");
                var text = new RelayedText(answering.Llm.Llm.Tokenizer, request, prepared.Ids.Count, pieces);
                written = () => text.Tokens;
                await vllm.WriteAsync(answering.Llm.Llm, request, prepared, most, answering.BridgeId.Length > 0 ? answering.BridgeId : answering.Llm.Version.ContentHash, tenant, text, stop);
            }
            else
            {
                var sampling = new GenerationSettings(Temperature: request.Temperature, TopK: request.TopK, TopP: request.TopP, Seed: unchecked((long)request.Seed)) { PresencePenalty = request.PresencePenalty, FrequencyPenalty = request.FrequencyPenalty };
                var text = new WrittenText(answering.Llm.Llm, request, sampling, pieces) { Prompt = prepared, Most = most };
                written = () => text.Tokens;
                await answering.Llm.Engine.RunAsync(text, tenant, stop);
                text.Finish();
            }

            pieces.Complete();
        }
        catch (OperationCanceledException) when (allowed.IsOver)
        {
            ended = "late";
            pieces.Complete(allowed.Over());
        }
        catch (Exception e)
        {
            ended = e switch { OperationCanceledException => "cancelled", BusyException => "refused", _ => "failed" };
            // The reader of the channel throws it on.
            pieces.Complete(e);
        }

        var llm = KeyValuePair.Create("llm", (object?)answering.Llm.Version.Title);
        AnswerInstruments.Tokens.Add(written(), llm);
        AnswerInstruments.Answers.Record(time.GetElapsedTime(began).TotalSeconds, llm, KeyValuePair.Create("ended", (object?)ended));
    }

    // The answer's span: its request's trace goes on, and links to the one in which the edits became what answers.
    private static Activity? Began(Answering answering, PreparedPrompt prepared)
    {
        IEnumerable<ActivityLink>? links = ActivityContext.TryParse(answering.PromotionTrace, null, isRemote: true, out var promoted) ? [new ActivityLink(promoted)] : null;
        var activity = TraceContext.Source.StartActivity("answer", ActivityKind.Internal, default(ActivityContext), links: links);
        activity?.SetTag("mindbridge.llm", answering.Llm.Version.Title).SetTag("mindbridge.bridge", answering.BridgeId).SetTag("mindbridge.edited", prepared.IsEdited);
        return activity;
    }

    private void Check(TextRequest request, Llm llm)
    {
        if (string.IsNullOrEmpty(request.Prompt)) throw new ArgumentException("prompt is empty; give at least one word");
        if (request.Prompt.Length > (long)llm.Model.MaxPositions * MostCharactersAToken) throw new ArgumentException($"prompt has {request.Prompt.Length} characters, more than the {llm.Model.MaxPositions} tokens of the LLM can hold; shorten it");
        if (request.MaxTokens < 0 || request.MaxTokens > settings.MostTokens) throw new ArgumentException($"max_tokens is {request.MaxTokens}; give 1 to {settings.MostTokens}, or 0 for {DefaultTokens}");
        if (!double.IsFinite(request.Temperature) || request.Temperature < 0) throw new ArgumentException($"temperature is {request.Temperature}; give 0 (greedy) or more");
        if (request.TopK < 0) throw new ArgumentException($"top_k is {request.TopK}; give 0 (all tokens) or more");
        if (!(request.TopP > 0 && request.TopP <= 1)) throw new ArgumentException($"top_p is {request.TopP}; give more than 0 and at most 1");
        if (!(request.PresencePenalty >= -MostPenalty && request.PresencePenalty <= MostPenalty)) throw new ArgumentException($"presence_penalty is {request.PresencePenalty}; give -2 to 2");
        if (!(request.FrequencyPenalty >= -MostPenalty && request.FrequencyPenalty <= MostPenalty)) throw new ArgumentException($"frequency_penalty is {request.FrequencyPenalty}; give -2 to 2");
        if (request.Stop.Count > MostStops || request.Stop.Any(s => s.Length is 0 or > LongestStop)) throw new ArgumentException($"stop has {request.Stop.Count} texts; give at most {MostStops} of 1 to {LongestStop} characters");
        if (request.Ids is { } ids && ids.Count > llm.Model.MaxPositions) throw new ArgumentException($"prompt has {ids.Count} tokens, more than the {llm.Model.MaxPositions} that the LLM holds; shorten it");
        if (request.Alternatives is < 0 or > MostAlternatives) throw new ArgumentException($"{request.Alternatives} alternatives to a token are asked for; give 0 to {MostAlternatives}");
    }
}
