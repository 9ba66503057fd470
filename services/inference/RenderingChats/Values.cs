using System.Globalization;

namespace MindBridge.Inference.RenderingChats;

/// <summary>What an expression gives in a scope.</summary>
internal delegate object? Expression(Scope scope);

/// <summary>Texts, numbers (long, double), true and false, null, lists and mappings, as templates see them.</summary>
internal static class Values
{
    private const int LongestText = 64 << 20;

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        Dictionary<string, object?> map => map.Count > 0,
        _ => true,
    };

    public static string Text(object? value) => value switch
    {
        Undefined => "",
        null => "None",
        bool flag => flag ? "True" : "False",
        string text => text,
        double number => number.ToString("R", CultureInfo.InvariantCulture) is var written && written.Contains('.', StringComparison.Ordinal) ? written : written + ".0",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        Macro => "",
        _ => TemplateJson.Of(value, indent: null),
    };

    public static IEnumerable<object?> Items(object? value) => value switch
    {
        List<object?> list => list,
        Dictionary<string, object?> map => map.Keys,
        string text => text.EnumerateRunes().Select(r => (object?)r.ToString()),
        Undefined or null => [],
        _ => throw new TemplateException($"{Text(value)} is no list to go through"),
    };

    public static object? Field(object? value, object? key) => (value, key) switch
    {
        (Dictionary<string, object?> map, string name) => map.TryGetValue(name, out var found) ? found : Undefined.Value,
        (List<object?> list, long index) => (index < 0 ? index + list.Count : index) is var at && at >= 0 && at < list.Count ? list[(int)at] : Undefined.Value,
        (string text, long index) => (index < 0 ? index + text.Length : index) is var at && at >= 0 && at < text.Length ? text[(int)at].ToString() : Undefined.Value,
        (Undefined, _) => throw new TemplateException($"{Text(key)} is asked of something that is not there"),
        _ => Undefined.Value,
    };

    public static object Slice(object? value, long? from, long? to, long step)
    {
        if (step == 0) throw new TemplateException("a slice cannot go by steps of 0");
        var items = Items(value).ToList();
        var count = items.Count;
        long Bound(long? at, long otherwise) => at is not { } given ? otherwise : Math.Clamp(given < 0 ? given + count : given, step > 0 ? 0 : -1, step > 0 ? count : count - 1);
        var (first, last) = step > 0 ? (Bound(from, 0), Bound(to, count)) : (Bound(from, count - 1), Bound(to, -1));
        var part = new List<object?>();
        for (var i = first; step > 0 ? i < last : i > last; i += step) part.Add(items[(int)i]);
        return value is string ? string.Concat(part) : part;
    }

    public static new bool Equals(object? a, object? b) => (a, b) switch
    {
        (long or double, long or double) => Number(a) == Number(b),
        (List<object?> x, List<object?> y) => x.Count == y.Count && x.Zip(y).All(p => Equals(p.First, p.Second)),
        _ => object.Equals(a, b),
    };

    public static bool Contains(object? whole, object? part) => whole switch
    {
        string text when part is string sought => text.Contains(sought, StringComparison.Ordinal),
        Dictionary<string, object?> map => part is string key && map.ContainsKey(key),
        List<object?> list => list.Exists(item => Equals(item, part)),
        Undefined => false,
        _ => throw new TemplateException($"\"in\" needs a text, a list or a mapping, and got {Text(whole)}"),
    };

    public static object? Add(object? a, object? b) => (a, b) switch
    {
        (string x, string y) when (long)x.Length + y.Length > LongestText => throw new TemplateException("a text grows beyond all bounds"),
        (string x, string y) => x + y,
        (long x, long y) => x + y,
        (List<object?> x, List<object?> y) => (List<object?>)[.. x, .. y],
        (long or double, long or double) => Number(a) + Number(b),
        _ => throw new TemplateException($"{Text(a)} and {Text(b)} cannot be added"),
    };

    public static object? Compute(string symbol, object? a, object? b) => (symbol, a, b) switch
    {
        ("+", _, _) => Add(a, b),
        ("~", _, _) => Add(Text(a), Text(b)),
        ("-", long x, long y) => x - y,
        ("*", long x, long y) => x * y,
        ("%" or "//", long, 0L) => throw new TemplateException("something is divided by 0"),
        ("%", long x, long y) => ((x % y) + y) % y,
        ("//", long x, long y) => (long)Math.Floor((double)x / y),
        ("-", _, _) => Number(a) - Number(b),
        ("*", _, _) => Number(a) * Number(b),
        ("/", _, _) => Number(a) / Number(b),
        _ => throw new TemplateException($"{symbol} is not understood between {Text(a)} and {Text(b)}"),
    };

    public static int Compare(object? a, object? b) => (a, b) switch
    {
        (string x, string y) => string.CompareOrdinal(x, y),
        _ => Number(a).CompareTo(Number(b)),
    };

    public static double Number(object? value) => value switch
    {
        long number => number,
        double number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new TemplateException($"{Text(value)} is no number"),
    };
}
