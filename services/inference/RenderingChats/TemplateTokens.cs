using System.Text;

namespace MindBridge.Inference.RenderingChats;

internal enum TokenKind
{
    /// <summary>Text between tags.</summary>
    Text,

    /// <summary>Begins a statement.</summary>
    OpenStatement,

    /// <summary>Begins a value to print.</summary>
    OpenValue,

    /// <summary>Ends either.</summary>
    Close,

    Name,
    String,
    Number,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text);

/// <summary>Cuts a template into tokens, white space around tags as chat templates have it: the line break after a statement goes, and what stands before a statement on its line.</summary>
internal static class TemplateTokens
{
    private static readonly string[] s_symbols = ["==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", ",", ".", ":", "|", "+", "-", "*", "/", "%", "~", "<", ">", "="];

    public static List<Token> Of(string source)
    {
        var tokens = new List<Token>();
        var (at, trim) = (0, false);
        while (at < source.Length)
        {
            var open = NextTag(source, at);
            var text = open < 0 ? source[at..] : source[at..open];
            if (trim) text = text.TrimStart();
            if (open < 0)
            {
                Add(text);
                break;
            }

            var kind = source[open + 1];
            var inside = open + 2;
            if (inside < source.Length && source[inside] is '-' or '+')
            {
                if (source[inside++] == '-') text = text.TrimEnd();
            }
            else if (kind is '%' or '#')
            {
                // Blanks before a statement that stands alone on its line so far.
                var line = text.TrimEnd(' ', '\t');
                if (line.Length == 0 ? open - text.Length == 0 || (!trim && source[open - text.Length - 1] == '\n') || EndsLine(tokens) : line[^1] == '\n') text = line;
            }

            Add(text);
            if (kind == '#')
            {
                var end = source.IndexOf("#}", inside, StringComparison.Ordinal);
                if (end < 0) throw new TemplateException("a comment does not end; close it with #}");
                (at, trim) = (AfterStatement(source, end + 2), source[end - 1] == '-');
                continue;
            }

            tokens.Add(new Token(kind == '%' ? TokenKind.OpenStatement : TokenKind.OpenValue, ""));
            (at, trim) = Inside(source, inside, kind == '%', tokens);
            tokens.Add(new Token(TokenKind.Close, ""));
            if (kind == '%' && !trim) at = AfterStatement(source, at);
        }

        tokens.Add(new Token(TokenKind.End, ""));
        return tokens;

        void Add(string text)
        {
            if (text.Length > 0) tokens.Add(new Token(TokenKind.Text, text));
        }
    }

    private static bool EndsLine(List<Token> tokens) => tokens.Count == 0;

    private static int NextTag(string source, int from)
    {
        for (var at = source.IndexOf('{', from); at >= 0 && at + 1 < source.Length; at = source.IndexOf('{', at + 1))
            if (source[at + 1] is '%' or '{' or '#') return at;
        return -1;
    }

    private static int AfterStatement(string source, int at) => at < source.Length && source[at] == '\n' ? at + 1 : at + 1 < source.Length && source[at] == '\r' && source[at + 1] == '\n' ? at + 2 : at;

    private static (int At, bool Trim) Inside(string source, int at, bool statement, List<Token> tokens)
    {
        var close = statement ? "%}" : "}}";
        var depth = 0;
        while (at < source.Length)
        {
            var c = source[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            if (depth == 0 && string.CompareOrdinal(source, at, close, 0, 2) == 0) return (at + 2, false);
            if (depth == 0 && c is '-' or '+' && string.CompareOrdinal(source, at + 1, close, 0, 2) == 0) return (at + 3, c == '-');
            if (c is '\'' or '"')
            {
                tokens.Add(new Token(TokenKind.String, Quoted(source, ref at)));
            }
            else if (char.IsAsciiDigit(c))
            {
                var from = at;
                while (at < source.Length && (char.IsAsciiDigit(source[at]) || (source[at] == '.' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1])))) at++;
                tokens.Add(new Token(TokenKind.Number, source[from..at]));
            }
            else if (char.IsLetter(c) || c == '_')
            {
                var from = at;
                while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_')) at++;
                tokens.Add(new Token(TokenKind.Name, source[from..at]));
            }
            else
            {
                var symbol = Array.Find(s_symbols, s => string.CompareOrdinal(source, at, s, 0, s.Length) == 0) ?? throw new TemplateException($"\"{c}\" is not understood; write the template without it");
                if (symbol is "(" or "[" or "{") depth++;
                if (symbol is ")" or "]" or "}") depth--;
                tokens.Add(new Token(TokenKind.Symbol, symbol));
                at += symbol.Length;
            }
        }

        throw new TemplateException($"a tag does not end; close it with {close}");
    }

    private static string Quoted(string source, ref int at)
    {
        var quote = source[at++];
        var text = new StringBuilder();
        for (; at < source.Length && source[at] != quote; at++)
        {
            if (source[at] != '\\' || at + 1 == source.Length)
            {
                text.Append(source[at]);
                continue;
            }

            text.Append(source[++at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        }

        if (at >= source.Length) throw new TemplateException("a text does not end; close its quotation mark");
        at++;
        return text.ToString();
    }
}
