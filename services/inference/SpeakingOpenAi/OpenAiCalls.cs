using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MindBridge.Inference.FindingTargets;
using MindBridge.Inference.Generating;
using MindBridge.Inference.PreparingPrompts;
using MindBridge.Inference.RenderingChats;
using MindBridge.Inference.TakingTurns;
using MindBridge.Platform.Security;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>Completions and chat completions, whole or as server-sent events.</summary>
internal sealed class OpenAiCalls(Targets targets, ModelNames names, OpenAiChoices choices, RequestTimes times, TimeProvider time, ILogger<OpenAiCalls> logger)
{
    private const int MostPrompts = 64;
    private const int MostMessages = 1024;
    private const int MostAlternatives = 5;
    // Of a completion that does not say, as OpenAI has it.
    private const int DefaultTokens = 16;
    // Of a chat that does not say: OpenAI's goes on to its end, and so does this within reason.
    private const int DefaultChatTokens = 256;
    private static readonly AnswerForm s_completion = new CompletionForm(), s_chat = new ChatCompletionForm();

    public Task CompleteAsync(HttpContext context) => WithinAsync(context, async allowed =>
    {
        var fields = await ReadAsync(context);
        if (fields.Whole("best_of") is { } best && best != (fields.Whole("n") ?? 1)) throw new OpenAiArgumentException("best_of", "best_of is not supported; leave it out, and ask for n answers", "unsupported_parameter");
        var alternatives = fields.Whole("logprobs");
        if (alternatives is < 0 or > MostAlternatives) throw new OpenAiArgumentException("logprobs", $"logprobs is {alternatives}; give 0 to {MostAlternatives}");
        var asked = Asked.Of(fields, fields.Whole("max_tokens") ?? DefaultTokens, alternatives);
        var prompts = fields.Prompts("prompt");
        if (prompts.Count is 0 or > MostPrompts) throw new OpenAiArgumentException("prompt", $"prompt holds {prompts.Count} texts; give 1 to {MostPrompts}");
        using var answering = await targets.FindAsync(names.Target(asked.Model), Caller.Of(context.User), allowed.Token, asked.User ?? prompts[0].Text ?? string.Join(',', prompts[0].Ids));
        await AnswerAsync(context, s_completion, asked, answering, [.. prompts.Select(p => Prompted(asked.Text, p, answering))], allowed);
    });

    public Task ChatAsync(HttpContext context) => WithinAsync(context, async allowed =>
    {
        var fields = await ReadAsync(context);
        fields.Refuse("echo", "a chat's answers come without their questions");
        int? alternatives = fields.Flag("logprobs") ? fields.Whole("top_logprobs") ?? 0 : null;
        if (alternatives is null && fields.Has("top_logprobs")) throw new OpenAiArgumentException("top_logprobs", "top_logprobs is given without logprobs; set logprobs to true");
        if (alternatives is < 0 or > Generation.MostAlternatives) throw new OpenAiArgumentException("top_logprobs", $"top_logprobs is {alternatives}; give 0 to {Generation.MostAlternatives}");
        var asked = Asked.Of(fields, fields.Whole("max_completion_tokens") ?? fields.Whole("max_tokens") ?? DefaultChatTokens, alternatives);
        var messages = Messages(fields);
        using var answering = await targets.FindAsync(names.Target(asked.Model), Caller.Of(context.User), allowed.Token, asked.User ?? messages[^1].Content);
        var chat = answering.Llm.Chat.Render(messages);
        var text = asked.Text with { Prompt = chat.Prompt, Question = messages.LastOrDefault(m => m.Role == "user")?.Content ?? chat.Prompt, Stop = [.. asked.Text.Stop, .. chat.Stop] };
        await AnswerAsync(context, s_chat, asked, answering, [text], allowed);
    });

    private async Task WithinAsync(HttpContext context, Func<RequestTime, Task> call)
    {
        using var allowed = times.Begin(context.RequestAborted);
        await allowed.WithinAsync(async () =>
        {
            await call(allowed);
            return true;
        });
    }

    private static TextRequest Prompted(TextRequest text, (string? Text, IReadOnlyList<int> Ids) prompt, Answering answering)
    {
        if (prompt.Text is { } given) return text with { Prompt = given };
        var llm = answering.Llm.Llm;
        if (prompt.Ids.Any(id => id < 0 || id >= llm.Model.VocabularySize)) throw new OpenAiArgumentException("prompt", $"prompt has a token that {answering.Llm.Version.Title} does not know; give ids from 0 to {llm.Model.VocabularySize - 1}");
        return text with { Prompt = llm.Tokenizer.Decode(prompt.Ids, skipSpecial: false), Question = llm.Tokenizer.Decode(prompt.Ids, skipSpecial: true), Ids = prompt.Ids };
    }

    private static async Task<RequestFields> ReadAsync(HttpContext context)
    {
        try
        {
            var body = await JsonDocument.ParseAsync(context.Request.Body, new JsonDocumentOptions { MaxDepth = 32 }, context.RequestAborted);
            context.Response.RegisterForDispose(body);
            return body.RootElement.ValueKind is JsonValueKind.Object ? new RequestFields(body.RootElement) : throw new ArgumentException("the request is no JSON object; send one");
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"the request is no valid JSON ({e.Message}); send a JSON object", e);
        }
    }

    private static List<ChatMessage> Messages(RequestFields fields)
    {
        if (fields.Find("messages") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 or > MostMessages) throw new OpenAiArgumentException("messages", $"messages is missing or empty; give 1 to {MostMessages}");
        return [.. list.EnumerateArray().Select((m, i) => m.ValueKind is JsonValueKind.Object ? Message(new RequestFields(m), i) : throw RequestFields.Wrong($"messages[{i}]", m, "an object with role and content"))];
    }

    private static ChatMessage Message(RequestFields message, int place)
    {
        message.Refuse("tool_calls", "an edited LLM answers with text and calls no functions");
        var role = message.Text("role");
        if (role is not ("system" or "developer" or "user" or "assistant")) throw new OpenAiArgumentException($"messages[{place}].role", $"messages[{place}].role is \"{role}\"; give system, developer, user or assistant");
        var content = message.Find("content") switch
        {
            { ValueKind: JsonValueKind.String } text => RequestFields.StringOf(text, $"messages[{place}].content"),
            { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part => Part(part, place))),
            null when role == "assistant" => "",
            _ => throw new OpenAiArgumentException($"messages[{place}].content", $"messages[{place}].content is missing; give a text"),
        };
        return new ChatMessage(role == "developer" ? "system" : role, content);
    }

    private static string Part(JsonElement part, int place) =>
        part.ValueKind is JsonValueKind.Object && new RequestFields(part) is var fields && fields.Text("type") == "text" && fields.Text("text") is { } text
            ? text
            : throw new OpenAiArgumentException($"messages[{place}].content", $"messages[{place}].content has a part that is no text; give parts of type text only");

    private async Task AnswerAsync(HttpContext context, AnswerForm form, Asked asked, Answering answering, IReadOnlyList<TextRequest> prompts, RequestTime allowed)
    {
        var prepared = await choices.PrepareAsync(answering, prompts, allowed);
        var head = new AnswerHead(form, form.IdPrefix + Guid.NewGuid().ToString("N"), time.GetUtcNow().ToUnixTimeSeconds(), asked.Model, answering.BridgeId.Length > 0 ? answering.BridgeId : answering.Llm.Version.ContentHash);
        var pieces = choices.RunAsync(answering, prompts, prepared, asked.Choices, Caller.Of(context.User).Tenant, allowed);
        if (asked.Streams) await StreamAsync(context, head, asked, prepared, prompts.Count * asked.Choices, pieces);
        else await WholeAsync(context, head, asked, prepared, prompts.Count * asked.Choices, pieces);
    }

    private static async Task WholeAsync(HttpContext context, AnswerHead head, Asked asked, PreparedPrompt[] prepared, int count, IAsyncEnumerable<(int Choice, TextPiece Piece)> pieces)
    {
        var texts = Enumerable.Range(0, count).Select(_ => new StringBuilder()).ToArray();
        var tokens = Enumerable.Range(0, count).Select(_ => new List<TokenChances>()).ToArray();
        var ends = new TextEnd[count];
        await foreach (var (choice, piece) in pieces)
        {
            texts[choice].Append(piece.Text);
            tokens[choice].AddRange(piece.Tokens);
            if (piece.End is { } end) ends[choice] = end;
        }

        var whole = head.Whole([.. Enumerable.Range(0, count).Select(c => head.Form.Whole(c, texts[c].ToString(), asked.Text.Alternatives is null ? null : tokens[c], ends[c].Reason))]);
        whole["usage"] = Usage(prepared, ends.Sum(e => e.Tokens));
        await context.Response.WriteAsJsonAsync(whole, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, AnswerHead head, Asked asked, PreparedPrompt[] prepared, int count, IAsyncEnumerable<(int Choice, TextPiece Piece)> pieces)
    {
        var (response, gone, made) = (context.Response, context.RequestAborted, 0);
        await using var coming = pieces.GetAsyncEnumerator(gone);
        // What is refused is refused with its status: nothing is written before the first piece is there.
        var more = await coming.MoveNextAsync();
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        try
        {
            for (var choice = 0; choice < count; choice++)
                if (head.Form.Opening(choice) is { } opening) await SendAsync(head.Part(opening, asked.WithUsage));
            for (; more; more = await coming.MoveNextAsync())
            {
                var (choice, piece) = coming.Current;
                made += piece.End?.Tokens ?? 0;
                await SendAsync(head.Part(head.Form.Part(choice, piece, asked.Text.Alternatives is not null), asked.WithUsage));
            }

            if (asked.WithUsage) await SendAsync(head.Usage(Usage(prepared, made)));
            await response.WriteAsync("data: [DONE]\n\n", gone);
        }
        catch (Exception e) when (!gone.IsCancellationRequested)
        {
            // The status has been sent; the reason still can be.
            var refusal = OpenAiRefusal.Of(e);
            if (refusal.Status == 500) logger.LogError(e, "a streamed answer failed");
            await SendAsync(refusal.ToJson());
        }

        Task SendAsync(JsonObject part) => response.WriteAsync($"data: {part.ToJsonString()}\n\n", gone);
    }

    private static JsonObject Usage(PreparedPrompt[] prepared, int made)
    {
        var read = prepared.Sum(p => p.Ids.Count);
        return new JsonObject { ["prompt_tokens"] = read, ["completion_tokens"] = made, ["total_tokens"] = read + made };
    }

    private sealed record AnswerHead(AnswerForm Form, string Id, long Created, string Model, string Fingerprint)
    {
        public JsonObject Whole(JsonArray choices) => Object(Form.WholeObject, choices);

        public JsonObject Part(JsonObject choice, bool withUsage)
        {
            var part = Object(Form.PartObject, [choice]);
            if (withUsage) part["usage"] = null;
            return part;
        }

        public JsonObject Usage(JsonObject usage)
        {
            var part = Object(Form.PartObject, []);
            part["usage"] = usage;
            return part;
        }

        private JsonObject Object(string kind, JsonArray choices) =>
            new() { ["id"] = Id, ["object"] = kind, ["created"] = Created, ["model"] = Model, ["system_fingerprint"] = Fingerprint, ["choices"] = choices };
    }
}
