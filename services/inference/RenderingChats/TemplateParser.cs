using System.Globalization;

namespace MindBridge.Inference.RenderingChats;

/// <summary>From tokens to what renders.</summary>
internal sealed class TemplateParser(List<Token> tokens)
{
    private const int Deepest = 100;
    private int at, depth;

    public IReadOnlyList<Node> Parse()
    {
        var nodes = Body(out var ended);
        return ended.Length == 0 ? nodes : throw new TemplateException($"{{% {ended} %}} ends what was not begun");
    }

    // Up to a statement that ends or divides a block, which is named and stands before its close.
    private List<Node> Body(out string ended)
    {
        var nodes = new List<Node>();
        while (true)
        {
            var token = tokens[at];
            switch (token.Kind)
            {
                case TokenKind.End:
                    ended = "";
                    return nodes;
                case TokenKind.Text:
                    nodes.Add(new TextNode(token.Text));
                    at++;
                    break;
                case TokenKind.OpenValue:
                    at++;
                    nodes.Add(new ValueNode(Value()));
                    Expect(TokenKind.Close, "");
                    break;
                default:
                    at++;
                    var statement = Expect(TokenKind.Name, null);
                    if (statement is "endif" or "endfor" or "elif" or "else" or "endset" or "endgeneration")
                    {
                        ended = statement;
                        return nodes;
                    }

                    nodes.Add(Statement(statement));
                    break;
            }
        }
    }

    private Node Statement(string statement)
    {
        if (++depth > Deepest) throw new TemplateException("blocks stand too deep within one another");
        Node node = statement switch
        {
            "if" => If(),
            "for" => For(),
            "set" => Set(),
            "generation" => Generation(),
            _ => throw new TemplateException($"the statement \"{statement}\" is not supported; for, if, set and their ends are"),
        };
        depth--;
        return node;
    }

    private IfNode If()
    {
        var branches = new List<(Expression, IReadOnlyList<Node>)>();
        IReadOnlyList<Node> otherwise = [];
        var ended = "elif";
        while (ended == "elif")
        {
            var when = Value();
            Expect(TokenKind.Close, "");
            branches.Add((when, Body(out ended)));
        }

        if (ended == "else")
        {
            Expect(TokenKind.Close, "");
            otherwise = Body(out ended);
        }

        Ends(ended, "endif");
        return new IfNode(branches, otherwise);
    }

    private ForNode For()
    {
        var names = new List<string> { Expect(TokenKind.Name, null) };
        while (Take(TokenKind.Symbol, ",")) names.Add(Expect(TokenKind.Name, null));
        Expect(TokenKind.Name, "in");
        var over = Or();
        var only = Take(TokenKind.Name, "if") ? Value() : null;
        if (Take(TokenKind.Name, "recursive")) throw new TemplateException("recursive loops are not supported");
        Expect(TokenKind.Close, "");
        var body = Body(out var ended);
        IReadOnlyList<Node> otherwise = [];
        if (ended == "else")
        {
            Expect(TokenKind.Close, "");
            otherwise = Body(out ended);
        }

        Ends(ended, "endfor");
        return new ForNode(names, over, only, body, otherwise);
    }

    private Node Set()
    {
        var name = Expect(TokenKind.Name, null);
        var field = Take(TokenKind.Symbol, ".") ? Expect(TokenKind.Name, null) : null;
        if (field is null && Take(TokenKind.Close, ""))
        {
            var body = Body(out var ended);
            Ends(ended, "endset");
            return new SetBlockNode(name, body);
        }

        Expect(TokenKind.Symbol, "=");
        var value = Value();
        Expect(TokenKind.Close, "");
        return new SetNode(name, field, value);
    }

    // Marks what the assistant said, for training; here it is its content.
    private IfNode Generation()
    {
        Expect(TokenKind.Close, "");
        var body = Body(out var ended);
        Ends(ended, "endgeneration");
        return new IfNode([(_ => true, body)], []);
    }

    private void Ends(string ended, string wanted)
    {
        if (ended != wanted) throw new TemplateException($"{{% {wanted} %}} is missing");
        Expect(TokenKind.Close, "");
    }

    private Expression Value()
    {
        if (++depth > Deepest) throw new TemplateException("expressions stand too deep within one another");
        var value = Or();
        if (Take(TokenKind.Name, "if"))
        {
            var when = Or();
            var otherwise = Take(TokenKind.Name, "else") ? Value() : _ => Undefined.Value;
            var then = value;
            value = scope => Values.IsTrue(when(scope)) ? then(scope) : otherwise(scope);
        }

        depth--;
        return value;
    }

    private Expression Or()
    {
        var left = And();
        while (Take(TokenKind.Name, "or"))
        {
            var (first, second) = (left, And());
            left = scope => first(scope) is var value && Values.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (Take(TokenKind.Name, "and"))
        {
            var (first, second) = (left, Not());
            left = scope => first(scope) is var value && Values.IsTrue(value) ? second(scope) : value;
        }

        return left;
    }

    private Expression Not()
    {
        if (!Take(TokenKind.Name, "not")) return Comparison();
        var value = Not();
        return scope => !Values.IsTrue(value(scope));
    }

    private Expression Comparison()
    {
        var left = Sum();
        while (true)
        {
            var first = left;
            if (TakeAny("==", "!=", "<=", ">=", "<", ">") is { } symbol)
            {
                var second = Sum();
                left = symbol switch
                {
                    "==" => scope => Values.Equals(first(scope), second(scope)),
                    "!=" => scope => !Values.Equals(first(scope), second(scope)),
                    "<=" => scope => Values.Compare(first(scope), second(scope)) <= 0,
                    ">=" => scope => Values.Compare(first(scope), second(scope)) >= 0,
                    "<" => scope => Values.Compare(first(scope), second(scope)) < 0,
                    _ => scope => Values.Compare(first(scope), second(scope)) > 0,
                };
            }
            else if (Take(TokenKind.Name, "in"))
            {
                var second = Sum();
                left = scope => Values.Contains(second(scope), first(scope));
            }
            else if (tokens[at] is { Kind: TokenKind.Name, Text: "not" } && tokens[at + 1] is { Kind: TokenKind.Name, Text: "in" })
            {
                at += 2;
                var second = Sum();
                left = scope => !Values.Contains(second(scope), first(scope));
            }
            else
            {
                return left;
            }
        }
    }

    private Expression Sum()
    {
        var left = Joined();
        while (TakeAny("+", "-") is { } symbol)
        {
            var (first, second) = (left, Joined());
            left = scope => Values.Compute(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Expression Joined()
    {
        var left = Product();
        while (TakeAny("~") is { } symbol)
        {
            var (first, second) = (left, Product());
            left = scope => Values.Compute(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Expression Product()
    {
        var left = Unary();
        while (TakeAny("*", "//", "/", "%") is { } symbol)
        {
            var (first, second) = (left, Unary());
            left = scope => Values.Compute(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Expression Unary()
    {
        if (!Take(TokenKind.Symbol, "-")) return Tested();
        var value = Unary();
        return scope => Values.Compute("-", 0L, value(scope));
    }

    private Expression Tested()
    {
        var value = Postfix(Primary());
        while (true)
        {
            var of = value;
            if (Take(TokenKind.Symbol, "|"))
            {
                var name = Expect(TokenKind.Name, null);
                var arguments = Take(TokenKind.Symbol, "(") ? Arguments() : [];
                value = Postfix(TemplateFunctions.Filter(name, of, arguments));
            }
            else if (Take(TokenKind.Name, "is"))
            {
                var not = Take(TokenKind.Name, "not");
                var test = TemplateFunctions.Test(Expect(TokenKind.Name, null));
                value = scope => test(of(scope)) != not;
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var of = value;
            if (Take(TokenKind.Symbol, "."))
            {
                var name = Expect(TokenKind.Name, null);
                if (Take(TokenKind.Symbol, "("))
                {
                    value = TemplateFunctions.Method(name, of, Arguments());
                    continue;
                }

                value = scope => Values.Field(of(scope), name);
            }
            else if (Take(TokenKind.Symbol, "["))
            {
                value = Index(of);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Index(Expression of)
    {
        var parts = new Expression?[3];
        var (count, sliced) = (0, false);
        while (!Take(TokenKind.Symbol, "]"))
        {
            if (Take(TokenKind.Symbol, ":"))
            {
                (sliced, count) = (true, count + 1);
                if (count > 2) throw new TemplateException("a slice has three parts at most");
            }
            else
            {
                parts[count] = Value();
            }
        }

        if (!sliced)
        {
            var key = parts[0] ?? throw new TemplateException("[] is empty; name what is wanted");
            return scope => Values.Field(of(scope), key(scope));
        }

        return scope => Values.Slice(of(scope), Bound(parts[0], scope), Bound(parts[1], scope), Bound(parts[2], scope) ?? 1);

        static long? Bound(Expression? part, Scope scope) => part?.Invoke(scope) switch { null or Undefined => null, long number => number, var other => throw new TemplateException($"a slice needs whole numbers, not {Values.Text(other)}") };
    }

    private Expression Primary()
    {
        var token = tokens[at++];
        switch (token.Kind)
        {
            case TokenKind.String:
                var text = token.Text;
                // Texts that follow one another are one.
                while (tokens[at].Kind is TokenKind.String) text += tokens[at++].Text;
                return _ => text;
            case TokenKind.Number:
                var number = NumberOf(token.Text);
                return _ => number;
            case TokenKind.Name:
                return Named(token.Text);
            case TokenKind.Symbol when token.Text == "(":
                var value = Value();
                Expect(TokenKind.Symbol, ")");
                return value;
            case TokenKind.Symbol when token.Text == "[":
                return Listed();
            case TokenKind.Symbol when token.Text == "{":
                return Mapped();
            default:
                throw new TemplateException($"\"{token.Text}\" stands where a value is needed");
        }
    }

    private static object NumberOf(string text)
    {
        if (text.Contains('.', StringComparison.Ordinal)) return double.Parse(text, CultureInfo.InvariantCulture);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : throw new TemplateException($"{text} is too large a number");
    }

    private Expression Named(string name)
    {
        switch (name)
        {
            case "true" or "True": return _ => true;
            case "false" or "False": return _ => false;
            case "none" or "None": return _ => null;
            default:
                if (Take(TokenKind.Symbol, "(")) return TemplateFunctions.Function(name, Arguments());
                return scope => scope.Get(name);
        }
    }

    private Expression Listed()
    {
        var items = new List<Expression>();
        while (!Take(TokenKind.Symbol, "]"))
        {
            items.Add(Value());
            if (!Take(TokenKind.Symbol, ",") && tokens[at] is not { Kind: TokenKind.Symbol, Text: "]" }) throw new TemplateException("a list lacks a comma");
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private Expression Mapped()
    {
        var items = new List<(Expression Key, Expression Value)>();
        while (!Take(TokenKind.Symbol, "}"))
        {
            var key = Value();
            Expect(TokenKind.Symbol, ":");
            items.Add((key, Value()));
            if (!Take(TokenKind.Symbol, ",") && tokens[at] is not { Kind: TokenKind.Symbol, Text: "}" }) throw new TemplateException("a mapping lacks a comma");
        }

        return scope => items.ToDictionary(item => Values.Text(item.Key(scope)), item => item.Value(scope), StringComparer.Ordinal);
    }

    private List<Argument> Arguments()
    {
        var arguments = new List<Argument>();
        while (!Take(TokenKind.Symbol, ")"))
        {
            string? name = null;
            if (tokens[at].Kind is TokenKind.Name && tokens[at + 1] is { Kind: TokenKind.Symbol, Text: "=" })
            {
                name = tokens[at].Text;
                at += 2;
            }

            arguments.Add(new Argument(name, Value()));
            if (!Take(TokenKind.Symbol, ",") && tokens[at] is not { Kind: TokenKind.Symbol, Text: ")" }) throw new TemplateException("a call lacks a comma");
        }

        return arguments;
    }

    private bool Take(TokenKind kind, string text)
    {
        if (tokens[at].Kind != kind || tokens[at].Text != text) return false;
        at++;
        return true;
    }

    private string? TakeAny(params ReadOnlySpan<string> symbols)
    {
        foreach (var symbol in symbols)
            if (Take(TokenKind.Symbol, symbol)) return symbol;
        return null;
    }

    private string Expect(TokenKind kind, string? text)
    {
        var token = tokens[at];
        if (token.Kind != kind || (text is not null && token.Text != text)) throw new TemplateException($"\"{token.Text}\" stands where {(kind is TokenKind.Close ? "the tag should end" : text is { Length: > 0 } ? $"\"{text}\" is needed" : "a name is needed")}");
        at++;
        return token.Text;
    }
}

/// <summary>What is handed to a function, filter or method.</summary>
internal readonly record struct Argument(string? Name, Expression Value);
