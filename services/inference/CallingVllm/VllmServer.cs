using System.Buffers;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Grpc.Core;
using MindBridge.Inference.Generating;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.TakingTurns;
using MindBridge.Memory.Serving;
using TorchSharp;

namespace MindBridge.Inference.CallingVllm;

/// <summary>
/// A vLLM server that writes the texts of one LLM version. It receives whole prompts as embeddings, memory included, and knows nothing of memories; its prefix cache is salted with what made the
/// embeddings. Whatever goes wrong with it is UNAVAILABLE over gRPC and 503 over HTTP.
/// </summary>
internal sealed class VllmServer : IDisposable
{
    private const int LongestSaid = 400;
    private static readonly TimeSpan s_connecting = TimeSpan.FromSeconds(5);
    private readonly VllmSettings settings;
    private readonly int mostAtOnce;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly HttpClient http;
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> running = new(StringComparer.Ordinal);

    public VllmServer(VllmSettings settings, int mostAtOnce, TimeProvider time, ILogger logger)
    {
        (this.settings, this.mostAtOnce, this.time, this.logger) = (settings, mostAtOnce, time, logger);
        // A redirection would carry key and prompt to who knows whom.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = s_connecting, PooledConnectionLifetime = TimeSpan.FromMinutes(2) };
        http = new HttpClient(handler) { BaseAddress = new Uri(settings.Address.TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        if (settings.Key.Length > 0) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings.Key);
    }

    /// <summary>Has a text written to its end; when the task ends, however it ends, the server has been told to let go of it.</summary>
    /// <param name="llm">The LLM, of which the words' embeddings are taken.</param>
    /// <param name="request">How it is to be written.</param>
    /// <param name="prompt">What the server's LLM reads.</param>
    /// <param name="most">Most tokens.</param>
    /// <param name="artifactId">What made the embeddings: the bridge, or the LLM's content where no memory was asked.</param>
    /// <param name="tenant">Who asks.</param>
    /// <param name="text">Takes what is written.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <exception cref="BusyException">Too many of the tenant's texts are with the server already.</exception>
    /// <exception cref="RpcException">UNAVAILABLE: the server cannot be reached, refuses, says nothing, or breaks off.</exception>
    public async Task WriteAsync(Llm llm, TextRequest request, PreparedPrompt prompt, int most, string artifactId, string tenant, RelayedText text, CancellationToken cancellationToken)
    {
        Enter(tenant);
        using var patience = new CancellationTokenSource(settings.Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, "v1/completions") { Content = Body(llm, request, prompt, most, artifactId) };
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            if (!answer.IsSuccessStatusCode) throw await RefusedAsync(answer, stop.Token);
            await using var stream = await answer.Content.ReadAsStreamAsync(stop.Token);
            await foreach (var said in SseParser.Create(stream).EnumerateAsync(stop.Token))
            {
                patience.CancelAfter(settings.Patience);
                if (said.Data == "[DONE]") break;
                if (Take(said.Data, text) is not { } reason) continue;
                text.Finish(reason);
                return;
            }

            throw Unavailable("broke off before the answer was complete");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"said nothing for {settings.Patience.TotalSeconds:0.#} s");
        }
        // SocketsHttpHandler's own limit on connecting.
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable("cannot be reached", e);
        }
        catch (HttpRequestException e)
        {
            throw Unavailable(e.HttpRequestError is HttpRequestError.ResponseEnded ? "broke off before it answered" : "cannot be reached", e);
        }
        catch (IOException e)
        {
            throw Unavailable("broke off before the answer was complete", e);
        }
        finally
        {
            Leave(tenant);
        }
    }

    public void Dispose() => http.Dispose();

    private ByteArrayContent Body(Llm llm, TextRequest request, PreparedPrompt prompt, int most, string artifactId)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("model", settings.Model);
            json.WriteBase64String("prompt_embeds", Embeddings(llm, prompt));
            json.WriteString("cache_salt", artifactId);
            json.WriteNumber("max_tokens", most);
            json.WriteNumber("temperature", request.Temperature);
            json.WriteNumber("top_p", request.TopP);
            // Said though they are what is usual: a server may have other defaults from the LLM's folder.
            json.WriteNumber("top_k", request.TopK > 0 ? request.TopK : -1);
            json.WriteNumber("min_p", 0);
            json.WriteNumber("repetition_penalty", 1);
            json.WriteNumber("presence_penalty", request.PresencePenalty);
            json.WriteNumber("frequency_penalty", request.FrequencyPenalty);
            if (request.Alternatives is { } alternatives)
            {
                json.WriteNumber("logprobs", alternatives);
                // By their ids: what a token spells need not be a whole character, and two may spell alike.
                json.WriteBoolean("return_tokens_as_token_ids", true);
            }

            // The server's are signed, and -1 is none.
            json.WriteNumber("seed", (long)(request.Seed & long.MaxValue));
            json.WriteBoolean("ignore_eos", request.IgnoreEnd);
            json.WriteStartArray("stop_token_ids");
            if (!request.IgnoreEnd)
                foreach (var end in llm.Model.EndTokens) json.WriteNumberValue(end);
            json.WriteEndArray();
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteBoolean("continuous_usage_stats", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new ByteArrayContent(body.WrittenSpan.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    private static byte[] Embeddings(Llm llm, PreparedPrompt prompt)
    {
        using var frozen = torch.no_grad();
        using var embeddings = prompt.Embed(llm);
        return SavedTensor.Of(embeddings);
    }

    // How the answer ended; null while it goes on.
    private string? Take(string data, RelayedText text)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            var said = json.RootElement;
            if (said.TryGetProperty("error", out _))
            {
                Log("a streamed error", data);
                throw Unavailable("failed while it answered");
            }

            int? tokens = said.TryGetProperty("usage", out var usage) && usage.ValueKind is JsonValueKind.Object ? usage.GetProperty("completion_tokens").GetInt32() : null;
            var choices = said.GetProperty("choices");
            if (choices.GetArrayLength() == 0) return null;
            var choice = choices[0];
            if (!text.Take(choice.GetProperty("text").GetString() ?? "", tokens, ChancesOf(choice))) return "stop";
            if (!choice.TryGetProperty("finish_reason", out var ended) || ended.ValueKind is JsonValueKind.Null) return null;
            return ended.GetString() switch { "stop" => "stop", "length" => "length", _ => throw Unavailable("gave up the answer before it was complete") };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw Unavailable("answers what is no completion", e);
        }
    }

    // The tokens of a piece with what they were drawn from; none where nobody asked, or the server does not tell.
    private static List<ServerChances> ChancesOf(JsonElement choice)
    {
        if (!choice.TryGetProperty("logprobs", out var told) || told.ValueKind is not JsonValueKind.Object) return [];
        var (tokens, chances, best) = (told.GetProperty("tokens"), told.GetProperty("token_logprobs"), told.GetProperty("top_logprobs"));
        var found = new List<ServerChances>(tokens.GetArrayLength());
        for (var i = 0; i < tokens.GetArrayLength(); i++)
        {
            var alternatives = best.ValueKind is JsonValueKind.Array && best[i].ValueKind is JsonValueKind.Object ? best[i].EnumerateObject().Select(b => (b.Name, b.Value.GetSingle())) : [];
            found.Add(new ServerChances(tokens[i].GetString() ?? "", chances[i].ValueKind is JsonValueKind.Number ? chances[i].GetSingle() : float.NegativeInfinity, [.. alternatives]));
        }

        return found;
    }

    private async Task<RpcException> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var said = new byte[LongestSaid];
        var count = await stream.ReadAtLeastAsync(said, said.Length, throwOnEndOfStream: false, cancellationToken);
        Log($"status {status}", System.Text.Encoding.UTF8.GetString(said, 0, count));
        return Unavailable($"answered with status {status}");
    }

    // For the operator alone, who may see what the server says; but a server that repeats the key must not bring it into a log.
    private void Log(string what, string said)
    {
        if (settings.Key.Length > 0) said = said.Replace(settings.Key, "[key]", StringComparison.Ordinal);
        logger.LogWarning("the vLLM server of {Llm} at {Address} answered with {What}: {Said}", settings.Llm, settings.Address, what, said.Length > LongestSaid ? said[..LongestSaid] : said);
    }

    // Callers are told neither the address nor what the server said.
    private RpcException Unavailable(string what, Exception? cause = null)
    {
        logger.LogWarning("the vLLM server of {Llm} at {Address} {What} ({Reason})", settings.Llm, settings.Address, what, cause?.Message ?? "no more is known");
        return new RpcException(new Status(StatusCode.Unavailable, $"{settings.Llm} is in a vLLM server, which {what}; try again in a moment, or tell whoever runs it"));
    }

    private void Enter(string tenant)
    {
        lock (gate)
        {
            var count = running.GetValueOrDefault(tenant);
            BusyException.ThrowIfMore(count, mostAtOnce, settings.Llm);
            running[tenant] = count + 1;
        }
    }

    private void Leave(string tenant)
    {
        lock (gate)
        {
            if (--running[tenant] == 0) running.Remove(tenant);
        }
    }
}
