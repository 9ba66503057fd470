using System.Text;

namespace MindBridge.Inference.RenderingChats;

/// <summary>A part of a template that has a name and is called by it.</summary>
/// <param name="parameters">Their names, each with what stands for it where a call does not say.</param>
/// <param name="body">What it writes.</param>
/// <param name="home">Where it was defined.</param>
internal sealed class Macro(IReadOnlyList<(string Name, Expression? Otherwise)> parameters, IReadOnlyList<Node> body, Scope home)
{
    private const int DeepestCall = 50;

    /// <exception cref="TemplateException">The name stands for something else by now.</exception>
    public static Macro Named(string name, Scope scope) => scope.Get(name) as Macro ?? throw new TemplateException($"{name} is called, and is no macro there");

    /// <summary>What it writes for these arguments.</summary>
    public string Call(IReadOnlyList<Argument> arguments, Scope caller)
    {
        if (caller.Calls >= DeepestCall) throw new TemplateException("macros call one another without end");
        var inner = new Scope(home) { Calls = caller.Calls + 1 };
        var placed = arguments.Where(a => a.Name is null).ToList();
        if (placed.Count > parameters.Count || arguments.FirstOrDefault(a => a.Name is not null && parameters.All(p => p.Name != a.Name)).Name is not null) throw new TemplateException("a macro is given what it has no parameter for");
        for (var i = 0; i < parameters.Count; i++)
        {
            var (name, otherwise) = parameters[i];
            var given = i < placed.Count ? placed[i] : arguments.FirstOrDefault(a => a.Name == name);
            inner.Set(name, given.Value is not null ? given.Value(caller) : otherwise is not null ? otherwise(inner) : Undefined.Value);
        }

        var text = new StringBuilder();
        foreach (var node in body) node.Write(inner, text);
        return text.ToString();
    }
}

internal sealed class MacroNode(string name, IReadOnlyList<(string Name, Expression? Otherwise)> parameters, IReadOnlyList<Node> body) : Node
{
    public override void Write(Scope scope, StringBuilder text) => scope.Set(name, new Macro(parameters, body, scope));
}
