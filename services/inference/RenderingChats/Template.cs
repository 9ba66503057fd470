using System.Text;

namespace MindBridge.Inference.RenderingChats;

/// <summary>
/// A chat template: the part of Jinja that those of published LLMs use (for, if, set, macros, filters, tests, texts, lists and mappings, namespaces, raise_exception). What is not understood is
/// refused when the template is read, by its name.
/// </summary>
internal sealed class Template
{
    private readonly IReadOnlyList<Node> nodes;

    private Template(IReadOnlyList<Node> nodes) => this.nodes = nodes;

    /// <exception cref="TemplateException">Something is not understood.</exception>
    public static Template Parse(string source) => new(new TemplateParser(TemplateTokens.Of(source)).Parse());

    /// <exception cref="TemplateException">The template refuses the values, or does with them what cannot be done.</exception>
    public string Render(IReadOnlyDictionary<string, object?> values)
    {
        var scope = new Scope(null);
        foreach (var (name, value) in values) scope.Set(name, value);
        var text = new StringBuilder();
        foreach (var node in nodes) node.Write(scope, text);
        return text.ToString();
    }
}

/// <summary>Names and what they stand for. What is set within a loop is forgotten after it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    /// <summary>How many calls of macros led here.</summary>
    public int Calls { get; init; } = outer?.Calls ?? 0;

    public void Set(string name, object? value) => values[name] = value;

    public object? Get(string name) => values.TryGetValue(name, out var value) ? value : outer is null ? Undefined.Value : outer.Get(name);
}

/// <summary>What a name or key that does not exist stands for.</summary>
internal sealed class Undefined
{
    public static readonly Undefined Value = new();
}

/// <summary>A piece of a template.</summary>
internal abstract class Node
{
    public abstract void Write(Scope scope, StringBuilder text);
}

internal sealed class TextNode(string content) : Node
{
    public override void Write(Scope scope, StringBuilder text) => text.Append(content);
}

internal sealed class ValueNode(Expression value) : Node
{
    public override void Write(Scope scope, StringBuilder text) => text.Append(Values.Text(value(scope)));
}

internal sealed class IfNode(IReadOnlyList<(Expression When, IReadOnlyList<Node> Then)> branches, IReadOnlyList<Node> otherwise) : Node
{
    public override void Write(Scope scope, StringBuilder text)
    {
        foreach (var (when, then) in branches)
        {
            if (!Values.IsTrue(when(scope))) continue;
            foreach (var node in then) node.Write(scope, text);
            return;
        }

        foreach (var node in otherwise) node.Write(scope, text);
    }
}

internal sealed class SetNode(string name, string? field, Expression value) : Node
{
    public override void Write(Scope scope, StringBuilder text)
    {
        if (field is null) scope.Set(name, value(scope));
        else if (scope.Get(name) is Dictionary<string, object?> target) target[field] = value(scope);
        else throw new TemplateException($"{name} has no fields to set; make it a namespace");
    }
}

internal sealed class SetBlockNode(string name, IReadOnlyList<Node> body) : Node
{
    public override void Write(Scope scope, StringBuilder text)
    {
        var inner = new StringBuilder();
        foreach (var node in body) node.Write(scope, inner);
        scope.Set(name, inner.ToString());
    }
}

internal sealed class ForNode(IReadOnlyList<string> names, Expression over, Expression? only, IReadOnlyList<Node> body, IReadOnlyList<Node> otherwise) : Node
{
    public override void Write(Scope scope, StringBuilder text)
    {
        var items = Values.Items(over(scope)).ToList();
        if (only is not null)
        {
            items = [.. items.Where(item =>
            {
                var inner = new Scope(scope);
                Name(inner, item);
                return Values.IsTrue(only(inner));
            })];
        }

        if (items.Count == 0)
        {
            foreach (var node in otherwise) node.Write(scope, text);
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            var inner = new Scope(scope);
            Name(inner, items[i]);
            inner.Set("loop", new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["index"] = i + 1L, ["index0"] = (long)i, ["first"] = i == 0, ["last"] = i == items.Count - 1, ["length"] = (long)items.Count, ["revindex"] = (long)(items.Count - i), ["revindex0"] = items.Count - i - 1L,
                ["previtem"] = i > 0 ? items[i - 1] : Undefined.Value, ["nextitem"] = i + 1 < items.Count ? items[i + 1] : Undefined.Value,
            });
            foreach (var node in body) node.Write(inner, text);
        }
    }

    private void Name(Scope scope, object? item)
    {
        if (names.Count == 1)
        {
            scope.Set(names[0], item);
            return;
        }

        if (item is not List<object?> parts || parts.Count != names.Count) throw new TemplateException($"a loop over {string.Join(", ", names)} met something else");
        for (var i = 0; i < names.Count; i++) scope.Set(names[i], parts[i]);
    }
}
