using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MindBridge.Inference.FindingTargets;
using MindBridge.Memory.Serving;
using MindBridge.Models;
using TorchSharp;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.Generating;

/// <summary>Continues prompts, a piece at a time.</summary>
internal sealed class Generation(InferenceSettings settings)
{
    private const int DefaultTokens = 64;
    private const int MostStops = 16;
    private const int LongestStop = 200;
    // No tokenizer makes one token of more; what is longer need not be tokenised to be refused.
    private const int MostCharactersAToken = 128;

    /// <summary>The pieces of an answer. The LLM is held while it computes, never while the caller reads.</summary>
    /// <exception cref="ArgumentException">The request asks for what cannot be; the message says what can.</exception>
    public async IAsyncEnumerable<Wire.GeneratedPiece> RunAsync(Answering answering, Wire.GenerateRequest request, string tenant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(request, answering.Llm.Llm);
        var pieces = Channel.CreateUnbounded<Wire.GeneratedPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = InTurnAsync(answering, request, tenant, pieces.Writer, stop.Token);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellationToken)) yield return piece;
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    private static async Task InTurnAsync(Answering answering, Wire.GenerateRequest request, string tenant, ChannelWriter<Wire.GeneratedPiece> pieces, CancellationToken cancellationToken)
    {
        try
        {
            using (await answering.Llm.Lane.EnterAsync(tenant, cancellationToken))
                await Task.Run(() => Run(answering, request, pieces, cancellationToken), cancellationToken);
            pieces.Complete();
        }
        catch (Exception e)
        {
            // The reader of the channel throws it on.
            pieces.Complete(e);
        }
    }

    private static void Run(Answering answering, Wire.GenerateRequest request, ChannelWriter<Wire.GeneratedPiece> pieces, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var llm = answering.Llm.Llm;
        var prepared = answering.Answerer.Prepare([request.Prompt])[0];
        var most = request.MaxTokens == 0 ? DefaultTokens : request.MaxTokens;
        if (prepared.Ids.Count == 0) throw new ArgumentException("prompt is empty; give at least one word");
        if (prepared.Length >= llm.Model.MaxPositions)
            throw new ArgumentException($"prompt takes {prepared.Ids.Count} tokens{(prepared.SoftTokens > 0 ? $" and the memory {prepared.SoftTokens}" : "")}; {answering.Llm.Version.Title} holds {llm.Model.MaxPositions} with the answer: shorten the prompt");

        var text = new StreamedText(llm.Tokenizer, [.. request.Stop], request.NaturalStop);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (tokens, reason, first) = (0, FinishReason.StopText, true);
        var sampling = new GenerationSettings(most, request.Temperature, Seed: unchecked((long)request.Seed));
        try
        {
            reason = Generator.Continue(llm.Model, [Passes.Embed(llm, prepared)], sampling, tokenizer: null, ids: null, (_, token) =>
            {
                tokens++;
                Send(text.Append(token));
                if (text.Ended) ended.Cancel();
            }, ended.Token)[0].Reason;
        }
        catch (OperationCanceledException) when (text.Ended && !cancellationToken.IsCancellationRequested)
        {
            // The answer is complete; no further token was needed.
        }

        var last = Piece(text.Finish());
        last.FinishReason = reason is FinishReason.Length && !text.Ended ? "length" : "stop";
        (last.PromptTokens, last.CompletionTokens) = (prepared.Ids.Count, tokens);
        pieces.TryWrite(last);

        void Send(string piece)
        {
            if (piece.Length > 0) pieces.TryWrite(Piece(piece));
        }

        Wire.GeneratedPiece Piece(string piece)
        {
            var made = new Wire.GeneratedPiece { Text = piece };
            if (!first) return made;
            first = false;
            made.BridgeId = answering.BridgeId;
            made.EncoderIds.AddRange(answering.EncoderIds);
            made.Edited = prepared.SoftPrompt is not null;
            return made;
        }
    }

    private void Check(Wire.GenerateRequest request, Llm llm)
    {
        if (string.IsNullOrEmpty(request.Prompt)) throw new ArgumentException("prompt is empty; give at least one word");
        if (request.Prompt.Length > (long)llm.Model.MaxPositions * MostCharactersAToken) throw new ArgumentException($"prompt has {request.Prompt.Length} characters, more than the {llm.Model.MaxPositions} tokens of the LLM can hold; shorten it");
        if (request.MaxTokens < 0 || request.MaxTokens > settings.MostTokens) throw new ArgumentException($"max_tokens is {request.MaxTokens}; give 1 to {settings.MostTokens}, or 0 for {DefaultTokens}");
        if (!double.IsFinite(request.Temperature) || request.Temperature < 0) throw new ArgumentException($"temperature is {request.Temperature}; give 0 (greedy) or more");
        if (request.Stop.Count > MostStops || request.Stop.Any(s => s.Length is 0 or > LongestStop)) throw new ArgumentException($"stop has {request.Stop.Count} texts; give at most {MostStops} of 1 to {LongestStop} characters");
    }
}
