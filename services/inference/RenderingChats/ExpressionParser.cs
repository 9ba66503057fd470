using System.Globalization;

namespace MindBridge.Inference.RenderingChats;

/// <summary>From tokens to expressions.</summary>
/// <param name="read">The tokens.</param>
/// <param name="macros">Names of the macros that the template has defined so far.</param>
internal sealed class ExpressionParser(TokenReader read, IReadOnlySet<string> macros)
{
    /// <summary>A whole expression.</summary>
    public Expression Value()
    {
        read.Enter("expressions");
        var value = Or();
        if (read.Take(TokenKind.Name, "if"))
        {
            var when = Or();
            var otherwise = read.Take(TokenKind.Name, "else") ? Value() : _ => Undefined.Value;
            var then = value;
            value = scope => Values.IsTrue(when(scope)) ? then(scope) : otherwise(scope);
        }

        read.Leave();
        return value;
    }

    /// <summary>One without "if" and "else", which a loop has for itself.</summary>
    public Expression Or()
    {
        var left = And();
        while (read.Take(TokenKind.Name, "or"))
        {
            var (first, second) = (left, And());
            left = scope => first(scope) is var value && Values.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (read.Take(TokenKind.Name, "and"))
        {
            var (first, second) = (left, Not());
            left = scope => first(scope) is var value && Values.IsTrue(value) ? second(scope) : value;
        }

        return left;
    }

    private Expression Not()
    {
        if (!read.Take(TokenKind.Name, "not")) return Comparison();
        var value = Not();
        return scope => !Values.IsTrue(value(scope));
    }

    private Expression Comparison()
    {
        var left = Sum();
        while (true)
        {
            var first = left;
            if (read.TakeAny("==", "!=", "<=", ">=", "<", ">") is { } symbol)
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
            else if (read.Take(TokenKind.Name, "in"))
            {
                var second = Sum();
                left = scope => Values.Contains(second(scope), first(scope));
            }
            else if (read.Is(TokenKind.Name, "not") && read.Then is { Kind: TokenKind.Name, Text: "in" })
            {
                read.Next();
                read.Next();
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
        while (read.TakeAny("+", "-") is { } symbol)
        {
            var (first, second) = (left, Joined());
            left = scope => Values.Compute(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Expression Joined()
    {
        var left = Product();
        while (read.TakeAny("~") is { } symbol)
        {
            var (first, second) = (left, Product());
            left = scope => Values.Compute(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Expression Product()
    {
        var left = Unary();
        while (read.TakeAny("*", "//", "/", "%") is { } symbol)
        {
            var (first, second) = (left, Unary());
            left = scope => Values.Compute(symbol, first(scope), second(scope));
        }

        return left;
    }

    private Expression Unary()
    {
        if (!read.Take(TokenKind.Symbol, "-")) return Tested();
        var value = Unary();
        return scope => Values.Compute("-", 0L, value(scope));
    }

    private Expression Tested()
    {
        var value = Postfix(Primary());
        while (true)
        {
            var of = value;
            if (read.Take(TokenKind.Symbol, "|"))
            {
                var name = read.Expect(TokenKind.Name, null);
                var arguments = read.Take(TokenKind.Symbol, "(") ? Arguments() : [];
                value = Postfix(TemplateFunctions.Filter(name, of, arguments));
            }
            else if (read.Take(TokenKind.Name, "is"))
            {
                var not = read.Take(TokenKind.Name, "not");
                var test = TemplateFunctions.Test(read.Expect(TokenKind.Name, null));
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
            if (read.Take(TokenKind.Symbol, "."))
            {
                var name = read.Expect(TokenKind.Name, null);
                if (read.Take(TokenKind.Symbol, "("))
                {
                    value = TemplateFunctions.Method(name, of, Arguments());
                    continue;
                }

                value = scope => Values.Field(of(scope), name);
            }
            else if (read.Take(TokenKind.Symbol, "["))
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
        while (!read.Take(TokenKind.Symbol, "]"))
        {
            if (read.Take(TokenKind.Symbol, ":"))
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
        var token = read.Next();
        switch (token.Kind)
        {
            case TokenKind.String:
                var text = token.Text;
                // Texts that follow one another are one.
                while (read.Now.Kind is TokenKind.String) text += read.Next().Text;
                return _ => text;
            case TokenKind.Number:
                var number = NumberOf(token.Text);
                return _ => number;
            case TokenKind.Name:
                return Named(token.Text);
            case TokenKind.Symbol when token.Text == "(":
                var value = Value();
                read.Expect(TokenKind.Symbol, ")");
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
                if (!read.Take(TokenKind.Symbol, "(")) return scope => scope.Get(name);
                var arguments = Arguments();
                return macros.Contains(name) ? scope => Macro.Named(name, scope).Call(arguments, scope) : TemplateFunctions.Function(name, arguments);
        }
    }

    private Expression Listed()
    {
        var items = new List<Expression>();
        while (!read.Take(TokenKind.Symbol, "]"))
        {
            items.Add(Value());
            if (!read.Take(TokenKind.Symbol, ",") && !read.Is(TokenKind.Symbol, "]")) throw new TemplateException("a list lacks a comma");
        }

        return scope => items.Select(item => item(scope)).ToList();
    }

    private Expression Mapped()
    {
        var items = new List<(Expression Key, Expression Value)>();
        while (!read.Take(TokenKind.Symbol, "}"))
        {
            var key = Value();
            read.Expect(TokenKind.Symbol, ":");
            items.Add((key, Value()));
            if (!read.Take(TokenKind.Symbol, ",") && !read.Is(TokenKind.Symbol, "}")) throw new TemplateException("a mapping lacks a comma");
        }

        return scope => items.ToDictionary(item => Values.Text(item.Key(scope)), item => item.Value(scope), StringComparer.Ordinal);
    }

    private List<Argument> Arguments()
    {
        var arguments = new List<Argument>();
        while (!read.Take(TokenKind.Symbol, ")"))
        {
            string? name = null;
            if (read.Now.Kind is TokenKind.Name && read.Then is { Kind: TokenKind.Symbol, Text: "=" })
            {
                name = read.Next().Text;
                read.Next();
            }

            arguments.Add(new Argument(name, Value()));
            if (!read.Take(TokenKind.Symbol, ",") && !read.Is(TokenKind.Symbol, ")")) throw new TemplateException("a call lacks a comma");
        }

        return arguments;
    }
}

/// <summary>What is handed to a function, filter or method.</summary>
internal readonly record struct Argument(string? Name, Expression Value);
