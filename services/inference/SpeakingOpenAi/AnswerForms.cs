using System.Text.Json.Nodes;
using MindBridge.Inference.Generating;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>How one of OpenAI's calls writes its answers.</summary>
internal abstract class AnswerForm
{
    public abstract string IdPrefix { get; }

    public abstract string WholeObject { get; }

    public abstract string PartObject { get; }

    /// <summary>What a stream begins with for each choice; null for nothing.</summary>
    public abstract JsonObject? Opening(int choice);

    public abstract JsonObject Whole(int choice, string text, IReadOnlyList<TokenChances>? tokens, string reason);

    public abstract JsonObject Part(int choice, TextPiece piece, bool withTokens);
}

/// <summary><c>/v1/completions</c>.</summary>
internal sealed class CompletionForm : AnswerForm
{
    public override string IdPrefix => "cmpl-";

    public override string WholeObject => "text_completion";

    public override string PartObject => "text_completion";

    public override JsonObject? Opening(int choice) => null;

    public override JsonObject Whole(int choice, string text, IReadOnlyList<TokenChances>? tokens, string reason) => Choice(choice, text, tokens, reason);

    public override JsonObject Part(int choice, TextPiece piece, bool withTokens) => Choice(choice, piece.Text, withTokens ? piece.Tokens : null, piece.End?.Reason);

    private static JsonObject Choice(int choice, string text, IReadOnlyList<TokenChances>? tokens, string? reason) =>
        new() { ["text"] = text, ["index"] = choice, ["logprobs"] = tokens is null ? null : Chances(tokens), ["finish_reason"] = reason };

    private static JsonObject Chances(IReadOnlyList<TokenChances> tokens) => new()
    {
        ["tokens"] = new JsonArray([.. tokens.Select(t => (JsonNode)t.Token)]),
        ["token_logprobs"] = new JsonArray([.. tokens.Select(t => float.IsNaN(t.LogProbability) ? null : (JsonNode?)Finite(t.LogProbability))]),
        ["top_logprobs"] = new JsonArray([.. tokens.Select(t => float.IsNaN(t.LogProbability) ? null : (JsonNode?)Best(t))]),
        ["text_offset"] = new JsonArray([.. tokens.Select(t => (JsonNode)t.Offset)]),
    };

    private static JsonObject Best(TokenChances token)
    {
        var best = new JsonObject();
        // Two tokens may spell alike; the likelier one is told.
        foreach (var (text, probability) in token.Alternatives) best.TryAdd(text, Finite(probability));
        return best;
    }

    internal static float Finite(float probability) => float.IsFinite(probability) ? probability : -9999;
}

/// <summary><c>/v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionForm : AnswerForm
{
    public override string IdPrefix => "chatcmpl-";

    public override string WholeObject => "chat.completion";

    public override string PartObject => "chat.completion.chunk";

    public override JsonObject Opening(int choice) => new() { ["index"] = choice, ["delta"] = new JsonObject { ["role"] = "assistant", ["content"] = "" }, ["logprobs"] = null, ["finish_reason"] = null };

    public override JsonObject Whole(int choice, string text, IReadOnlyList<TokenChances>? tokens, string reason) => new()
    {
        ["index"] = choice,
        ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text, ["refusal"] = null },
        ["logprobs"] = tokens is null ? null : Chances(tokens),
        ["finish_reason"] = reason,
    };

    public override JsonObject Part(int choice, TextPiece piece, bool withTokens) => new()
    {
        ["index"] = choice,
        ["delta"] = piece.Text.Length > 0 ? new JsonObject { ["content"] = piece.Text } : new JsonObject(),
        ["logprobs"] = withTokens ? Chances(piece.Tokens) : null,
        ["finish_reason"] = piece.End?.Reason,
    };

    private static JsonObject Chances(IReadOnlyList<TokenChances> tokens) => new()
    {
        ["content"] = new JsonArray([.. tokens.Select(t =>
        {
            var token = Token(t.Token, t.LogProbability);
            token["top_logprobs"] = new JsonArray([.. t.Alternatives.Select(a => (JsonNode)Token(a.Token, a.LogProbability))]);
            return (JsonNode)token;
        })]),
        ["refusal"] = null,
    };

    private static JsonObject Token(string text, float probability) => new()
    {
        ["token"] = text,
        ["logprob"] = CompletionForm.Finite(probability),
        ["bytes"] = new JsonArray([.. System.Text.Encoding.UTF8.GetBytes(text).Select(b => (JsonNode)(int)b)]),
    };
}
