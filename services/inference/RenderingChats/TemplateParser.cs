namespace MindBridge.Inference.RenderingChats;

/// <summary>From tokens to what renders: statements and the text between them.</summary>
internal sealed class TemplateParser
{
    private readonly TokenReader read;
    private readonly ExpressionParser expressions;
    private readonly HashSet<string> macros = new(StringComparer.Ordinal);

    public TemplateParser(List<Token> tokens)
    {
        read = new TokenReader(tokens);
        expressions = new ExpressionParser(read, macros);
    }

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
            var token = read.Now;
            switch (token.Kind)
            {
                case TokenKind.End:
                    ended = "";
                    return nodes;
                case TokenKind.Text:
                    nodes.Add(new TextNode(read.Next().Text));
                    break;
                case TokenKind.OpenValue:
                    read.Next();
                    nodes.Add(new ValueNode(expressions.Value()));
                    read.Expect(TokenKind.Close, "");
                    break;
                default:
                    read.Next();
                    var statement = read.Expect(TokenKind.Name, null);
                    if (statement is "endif" or "endfor" or "elif" or "else" or "endset" or "endmacro" or "endgeneration")
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
        read.Enter("blocks");
        Node node = statement switch
        {
            "if" => If(),
            "for" => For(),
            "set" => Set(),
            "macro" => Macro(),
            "generation" => Generation(),
            _ => throw new TemplateException($"the statement \"{statement}\" is not supported; for, if, set, macro and their ends are"),
        };
        read.Leave();
        return node;
    }

    private IfNode If()
    {
        var branches = new List<(Expression, IReadOnlyList<Node>)>();
        IReadOnlyList<Node> otherwise = [];
        var ended = "elif";
        while (ended == "elif")
        {
            var when = expressions.Value();
            read.Expect(TokenKind.Close, "");
            branches.Add((when, Body(out ended)));
        }

        if (ended == "else")
        {
            read.Expect(TokenKind.Close, "");
            otherwise = Body(out ended);
        }

        Ends(ended, "endif");
        return new IfNode(branches, otherwise);
    }

    private ForNode For()
    {
        var names = new List<string> { read.Expect(TokenKind.Name, null) };
        while (read.Take(TokenKind.Symbol, ",")) names.Add(read.Expect(TokenKind.Name, null));
        read.Expect(TokenKind.Name, "in");
        var over = expressions.Or();
        var only = read.Take(TokenKind.Name, "if") ? expressions.Value() : null;
        if (read.Take(TokenKind.Name, "recursive")) throw new TemplateException("recursive loops are not supported");
        read.Expect(TokenKind.Close, "");
        var body = Body(out var ended);
        IReadOnlyList<Node> otherwise = [];
        if (ended == "else")
        {
            read.Expect(TokenKind.Close, "");
            otherwise = Body(out ended);
        }

        Ends(ended, "endfor");
        return new ForNode(names, over, only, body, otherwise);
    }

    private Node Set()
    {
        var name = read.Expect(TokenKind.Name, null);
        var field = read.Take(TokenKind.Symbol, ".") ? read.Expect(TokenKind.Name, null) : null;
        if (field is null && read.Take(TokenKind.Close, ""))
        {
            var body = Body(out var ended);
            Ends(ended, "endset");
            return new SetBlockNode(name, body);
        }

        read.Expect(TokenKind.Symbol, "=");
        var value = expressions.Value();
        read.Expect(TokenKind.Close, "");
        return new SetNode(name, field, value);
    }

    private MacroNode Macro()
    {
        var (name, parameters) = (read.Expect(TokenKind.Name, null), new List<(string, Expression?)>());
        read.Expect(TokenKind.Symbol, "(");
        while (!read.Take(TokenKind.Symbol, ")"))
        {
            var parameter = read.Expect(TokenKind.Name, null);
            parameters.Add((parameter, read.Take(TokenKind.Symbol, "=") ? expressions.Value() : null));
            if (!read.Take(TokenKind.Symbol, ",") && !read.Is(TokenKind.Symbol, ")")) throw new TemplateException("a macro lacks a comma");
        }

        read.Expect(TokenKind.Close, "");
        // Before its body, which may call it.
        macros.Add(name);
        var body = Body(out var ended);
        Ends(ended, "endmacro");
        return new MacroNode(name, parameters, body);
    }

    // Marks what the assistant said, for training; here it is its content.
    private IfNode Generation()
    {
        read.Expect(TokenKind.Close, "");
        var body = Body(out var ended);
        Ends(ended, "endgeneration");
        return new IfNode([(_ => true, body)], []);
    }

    private void Ends(string ended, string wanted)
    {
        if (ended != wanted) throw new TemplateException($"{{% {wanted} %}} is missing");
        read.Expect(TokenKind.Close, "");
    }
}
