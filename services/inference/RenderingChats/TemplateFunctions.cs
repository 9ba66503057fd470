using System.Globalization;

namespace MindBridge.Inference.RenderingChats;

/// <summary>The functions, filters, tests and methods that chat templates use. What is not here is refused when a template is read.</summary>
internal static class TemplateFunctions
{
    private const int LongestRange = 100_000;

    public static Expression Function(string name, IReadOnlyList<Argument> arguments) => name switch
    {
        "raise_exception" => scope => throw new TemplateException(Values.Text(At(arguments, 0, scope))),
        "namespace" or "dict" => scope => arguments.Where(a => a.Name is not null).ToDictionary(a => a.Name!, a => a.Value(scope), StringComparer.Ordinal),
        "range" => scope => Range(arguments.Select(a => a.Value(scope)).ToList()),
        "strftime_now" => scope => DateTime.UtcNow.ToString(Format(Values.Text(At(arguments, 0, scope))), CultureInfo.InvariantCulture),
        _ => throw new TemplateException($"the function \"{name}\" is not supported; raise_exception, namespace, dict, range and strftime_now are"),
    };

    public static Expression Filter(string name, Expression of, IReadOnlyList<Argument> arguments) => name switch
    {
        "trim" => scope => Values.Text(of(scope)).Trim(),
        "upper" => scope => Values.Text(of(scope)).ToUpperInvariant(),
        "lower" => scope => Values.Text(of(scope)).ToLowerInvariant(),
        "capitalize" => scope => Capitalised(Values.Text(of(scope))),
        "title" => scope => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Values.Text(of(scope)).ToLowerInvariant()),
        "string" => scope => Values.Text(of(scope)),
        "safe" => of,
        "int" => scope => of(scope) is string text ? long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0L : (long)Values.Number(of(scope)),
        "length" or "count" => scope => of(scope) is string text ? text.Length : (long)Values.Items(of(scope)).Count(),
        "first" => scope => Values.Items(of(scope)).FirstOrDefault(Undefined.Value),
        "last" => scope => Values.Items(of(scope)).LastOrDefault(Undefined.Value),
        "list" => scope => Values.Items(of(scope)).ToList(),
        "reverse" => scope => Values.Items(of(scope)).Reverse().ToList(),
        "items" => scope => Pairs(of(scope)),
        "join" => scope => string.Join(arguments.Count == 0 ? "" : Values.Text(At(arguments, 0, scope)), Values.Items(of(scope)).Select(Values.Text)),
        "replace" => scope => Replaced(Values.Text(of(scope)), At(arguments, 0, scope), At(arguments, 1, scope)),
        "default" or "d" => scope => of(scope) is var value && (value is Undefined || (arguments.Count > 1 && Values.IsTrue(At(arguments, 1, scope)) && !Values.IsTrue(value))) ? At(arguments, 0, scope) : value,
        "tojson" => scope => TemplateJson.Of(of(scope), arguments.Where(a => a.Name is "indent" or null).Select(a => a.Value(scope)).OfType<long>().Select(blanks => (int?)Math.Clamp(blanks, 0, 16)).FirstOrDefault()),
        "selectattr" => scope => Selected(of(scope), arguments, scope, wanted: true),
        "rejectattr" => scope => Selected(of(scope), arguments, scope, wanted: false),
        "map" when arguments is [{ Name: "attribute" }] => scope => Values.Items(of(scope)).Select(item => Values.Field(item, arguments[0].Value(scope))).ToList(),
        _ => throw new TemplateException($"the filter \"{name}\" is not supported"),
    };

    public static Func<object?, bool> Test(string name) => name switch
    {
        "defined" => value => value is not Undefined,
        "undefined" => value => value is Undefined,
        "none" => value => value is null,
        "string" => value => value is string,
        "mapping" => value => value is Dictionary<string, object?>,
        "iterable" or "sequence" => value => value is string or List<object?> or Dictionary<string, object?>,
        "number" => value => value is long or double,
        "integer" => value => value is long,
        "boolean" => value => value is bool,
        "true" => value => value is true,
        "false" => value => value is false,
        "odd" => value => value is long number && number % 2 != 0,
        "even" => value => value is long number && number % 2 == 0,
        _ => throw new TemplateException($"the test \"{name}\" is not supported"),
    };

    public static Expression Method(string name, Expression of, IReadOnlyList<Argument> arguments) => name switch
    {
        "strip" => scope => Stripped(of(scope), arguments, scope, (text, of) => text.Trim(of), text => text.Trim()),
        "lstrip" => scope => Stripped(of(scope), arguments, scope, (text, of) => text.TrimStart(of), text => text.TrimStart()),
        "rstrip" => scope => Stripped(of(scope), arguments, scope, (text, of) => text.TrimEnd(of), text => text.TrimEnd()),
        "startswith" => scope => Values.Text(of(scope)).StartsWith(Values.Text(At(arguments, 0, scope)), StringComparison.Ordinal),
        "endswith" => scope => Values.Text(of(scope)).EndsWith(Values.Text(At(arguments, 0, scope)), StringComparison.Ordinal),
        "upper" => scope => Values.Text(of(scope)).ToUpperInvariant(),
        "lower" => scope => Values.Text(of(scope)).ToLowerInvariant(),
        "capitalize" => scope => Capitalised(Values.Text(of(scope))),
        "title" => scope => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(Values.Text(of(scope)).ToLowerInvariant()),
        "replace" => scope => Replaced(Values.Text(of(scope)), At(arguments, 0, scope), At(arguments, 1, scope)),
        "split" => scope => Split(Values.Text(of(scope)), arguments, scope),
        "find" => scope => (long)Values.Text(of(scope)).IndexOf(Values.Text(At(arguments, 0, scope)), StringComparison.Ordinal),
        "join" => scope => string.Join(Values.Text(of(scope)), Values.Items(At(arguments, 0, scope)).Select(Values.Text)),
        "items" => scope => Pairs(of(scope)),
        "keys" => scope => Values.Items(of(scope)).ToList(),
        "values" => scope => of(scope) is Dictionary<string, object?> map ? map.Values.ToList() : throw new TemplateException("values() is asked of what is no mapping"),
        "get" => scope => Values.Field(of(scope), At(arguments, 0, scope)) is var found && found is Undefined ? arguments.Count > 1 ? At(arguments, 1, scope) : null : found,
        "append" => scope => Appended(of(scope), At(arguments, 0, scope)),
        _ => throw new TemplateException($"the method \"{name}\" is not supported"),
    };

    private static object? At(IReadOnlyList<Argument> arguments, int place, Scope scope) => place < arguments.Count ? arguments[place].Value(scope) : throw new TemplateException($"a call lacks its argument {place + 1}");

    private static string Capitalised(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    private static string Replaced(string text, object? from, object? to) =>
        Values.Text(from) is { Length: > 0 } sought ? text.Replace(sought, Values.Text(to), StringComparison.Ordinal) : throw new TemplateException("an empty text is to be replaced");

    private static string Stripped(object? value, IReadOnlyList<Argument> arguments, Scope scope, Func<string, char[], string> of, Func<string, string> white)
    {
        var text = Values.Text(value);
        return arguments.Count == 0 ? white(text) : of(text, Values.Text(At(arguments, 0, scope)).ToCharArray());
    }

    private static List<object?> Split(string text, IReadOnlyList<Argument> arguments, Scope scope)
    {
        if (arguments.Count == 0) return [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        var most = arguments.Count > 1 && At(arguments, 1, scope) is long count && count >= 0 ? (int)Math.Min(count, int.MaxValue - 1) + 1 : int.MaxValue;
        return Values.Text(At(arguments, 0, scope)) is { Length: > 0 } by ? [.. text.Split(by, most)] : throw new TemplateException("a text is to be split by nothing");
    }

    private static List<object?> Pairs(object? value) =>
        value is Dictionary<string, object?> map ? [.. map.Select(p => (object?)new List<object?> { p.Key, p.Value })] : throw new TemplateException($"{Values.Text(value)} is no mapping");

    private static object? Appended(object? list, object? item)
    {
        if (list is not List<object?> target) throw new TemplateException("append() is asked of what is no list");
        target.Add(item);
        return null;
    }

    private static List<object?> Selected(object? list, IReadOnlyList<Argument> arguments, Scope scope, bool wanted)
    {
        var field = At(arguments, 0, scope);
        var test = arguments.Count > 1 ? Values.Text(At(arguments, 1, scope)) : "";
        Func<object?, bool> passes = test switch
        {
            "" => Values.IsTrue,
            "equalto" or "eq" or "==" => value => Values.Equals(value, At(arguments, 2, scope)),
            "in" => value => Values.Contains(At(arguments, 2, scope), value),
            _ => Test(test),
        };
        return [.. Values.Items(list).Where(item => passes(Values.Field(item, field)) == wanted)];
    }

    private static List<object?> Range(List<object?> bounds)
    {
        var numbers = bounds.Select(b => b is long number ? number : throw new TemplateException("range needs whole numbers")).ToList();
        var (from, to, step) = numbers switch { [var end] => (0L, end, 1L), [var begin, var end] => (begin, end, 1L), [var begin, var end, var by] when by != 0 => (begin, end, by), _ => throw new TemplateException("range needs one to three numbers") };
        var list = new List<object?>();
        for (var i = from; step > 0 ? i < to : i > to; i += step)
        {
            if (list.Count == LongestRange) throw new TemplateException("a range is too long");
            list.Add(i);
        }

        return list;
    }

    // Python's signs that templates write dates with.
    private static string Format(string python) => python.Replace("%d", "dd", StringComparison.Ordinal).Replace("%b", "MMM", StringComparison.Ordinal).Replace("%B", "MMMM", StringComparison.Ordinal)
        .Replace("%Y", "yyyy", StringComparison.Ordinal).Replace("%m", "MM", StringComparison.Ordinal).Replace("%H", "HH", StringComparison.Ordinal).Replace("%M", "mm", StringComparison.Ordinal);
}
