namespace MindBridge.Inference.RenderingChats;

/// <summary>A template's tokens, read from the first to the last.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    private const int Deepest = 100;
    private int at, depth;

    /// <summary>The token that is next.</summary>
    public Token Now => tokens[at];

    /// <summary>The one after it; the last follows itself.</summary>
    public Token Then => tokens[Math.Min(at + 1, tokens.Count - 1)];

    /// <summary>Takes the next token, whatever it is.</summary>
    public Token Next() => tokens[at++];

    /// <summary>Goes into a block or an expression, out of which <see cref="Leave"/> leads.</summary>
    /// <exception cref="TemplateException">Too many stand within one another.</exception>
    public void Enter(string what)
    {
        if (++depth > Deepest) throw new TemplateException($"{what} stand too deep within one another");
    }

    public void Leave() => depth--;

    public bool Is(TokenKind kind, string text) => Now.Kind == kind && Now.Text == text;

    /// <summary>Takes the next token if it is this one.</summary>
    public bool Take(TokenKind kind, string text)
    {
        if (!Is(kind, text)) return false;
        at++;
        return true;
    }

    /// <summary>Takes the next token if it is one of these symbols; null when it is none.</summary>
    public string? TakeAny(params ReadOnlySpan<string> symbols)
    {
        foreach (var symbol in symbols)
            if (Take(TokenKind.Symbol, symbol)) return symbol;
        return null;
    }

    /// <summary>Takes the next token, which must be this one, or any of its kind.</summary>
    /// <exception cref="TemplateException">Another stands there.</exception>
    public string Expect(TokenKind kind, string? text)
    {
        var token = tokens[at];
        if (token.Kind != kind || (text is not null && token.Text != text)) throw new TemplateException($"\"{token.Text}\" stands where {(kind is TokenKind.Close ? "the tag should end" : text is { Length: > 0 } ? $"\"{text}\" is needed" : "a name is needed")}");
        at++;
        return token.Text;
    }
}
