using System.Text;
using System.Text.Json;
using MindBridge.Tokenizers;

namespace MindBridge.Inference.RenderingChats;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">"system", "user" or "assistant".</param>
/// <param name="Content">Its text.</param>
internal sealed record ChatMessage(string Role, string Content);

/// <summary>A conversation as the LLM reads it.</summary>
/// <param name="Prompt">The text to go on with.</param>
/// <param name="Stop">Texts at which the answer ends, besides those asked for.</param>
internal sealed record ChatPrompt(string Prompt, IReadOnlyList<string> Stop);

/// <summary>
/// How an LLM wants conversations written: by its chat template, or, where it has none, plainly: a single question as it is, since such an LLM goes on with any text, and longer conversations
/// line by line.
/// </summary>
internal sealed class ChatForm
{
    private static readonly string[] s_nextLine = ["\nUser:", "\nSystem:"];
    private readonly Template? template;
    private readonly string? defect;
    private readonly string begin, end;
    private readonly bool begins;

    private ChatForm(Template? template, string? defect, string begin, string end, bool begins) => (this.template, this.defect, this.begin, this.end, this.begins) = (template, defect, begin, end, begins);

    /// <summary>Reads <c>chat_template.jinja</c>, or <c>chat_template</c> of <c>tokenizer_config.json</c>. A template that cannot be read is told to those who chat, not to others.</summary>
    public static ChatForm From(string folder, TextTokenizer tokenizer)
    {
        var (begin, end, source) = ("", "", "");
        try
        {
            var path = Path.Combine(folder, "tokenizer_config.json");
            if (File.Exists(path))
            {
                using var json = JsonDocument.Parse(File.ReadAllText(path));
                (begin, end, source) = (Token(json.RootElement, "bos_token"), Token(json.RootElement, "eos_token"), Source(json.RootElement));
            }

            path = Path.Combine(folder, "chat_template.jinja");
            if (File.Exists(path)) source = File.ReadAllText(path);
            var begins = tokenizer.Bos is { } bos && tokenizer.Encode("") is [var first, ..] && first == bos;
            return new ChatForm(source.Length == 0 ? null : Template.Parse(source), null, begin, end, begins);
        }
        catch (Exception e) when (e is TemplateException or JsonException or IOException)
        {
            return new ChatForm(null, e.Message, begin, end, false);
        }
    }

    /// <summary>A form from a template's text.</summary>
    public static ChatForm Of(string source, string begin, string end) => new(Template.Parse(source), null, begin, end, false);

    /// <summary>The plain form.</summary>
    public static ChatForm Plain { get; } = new(null, null, "", "", false);

    /// <exception cref="ArgumentException">The template cannot be read, or refuses the conversation.</exception>
    public ChatPrompt Render(IReadOnlyList<ChatMessage> messages)
    {
        if (defect is not null) throw new ArgumentException($"the chat template of this LLM cannot be used ({defect}); use /v1/completions, or release the LLM with another template");
        if (template is null) return Plainly(messages);
        var values = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = messages.Select(m => (object?)new Dictionary<string, object?>(StringComparer.Ordinal) { ["role"] = m.Role, ["content"] = m.Content }).ToList(),
            ["add_generation_prompt"] = true,
            ["bos_token"] = begin,
            ["eos_token"] = end,
        };
        string text;
        try
        {
            text = template.Render(values);
        }
        catch (TemplateException e)
        {
            throw new ArgumentException($"the chat template of this LLM refuses the conversation: {e.Message}", e);
        }

        // Where the tokenizer puts the first token before every text, the template's own would be a second.
        return new ChatPrompt(begins && begin.Length > 0 && text.StartsWith(begin, StringComparison.Ordinal) ? text[begin.Length..] : text, []);
    }

    private static ChatPrompt Plainly(IReadOnlyList<ChatMessage> messages)
    {
        if (messages is [{ Role: "user" } only]) return new ChatPrompt(only.Content, []);
        var text = new StringBuilder();
        foreach (var message in messages) text.Append(char.ToUpperInvariant(message.Role[0])).Append(message.Role, 1, message.Role.Length - 1).Append(": ").Append(message.Content).Append('\n');
        return new ChatPrompt(text.Append("Assistant:").ToString(), s_nextLine);
    }

    private static string Token(JsonElement json, string name) => !json.TryGetProperty(name, out var token) ? "" : token.ValueKind switch
    {
        JsonValueKind.String => token.GetString()!,
        JsonValueKind.Object when token.TryGetProperty("content", out var content) => content.GetString() ?? "",
        _ => "",
    };

    private static string Source(JsonElement json)
    {
        if (!json.TryGetProperty("chat_template", out var template)) return "";
        if (template.ValueKind is JsonValueKind.String) return template.GetString()!;
        if (template.ValueKind is not JsonValueKind.Array) return "";
        foreach (var named in template.EnumerateArray())
            if (named.TryGetProperty("name", out var name) && name.ValueEquals("default") && named.TryGetProperty("template", out var text)) return text.GetString() ?? "";
        throw new TemplateException("there are several templates and none is named \"default\"");
    }
}
