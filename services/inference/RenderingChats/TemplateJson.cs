using System.Globalization;
using System.Text;

namespace MindBridge.Inference.RenderingChats;

/// <summary>JSON as Python writes it, which is what LLMs were trained on: a blank after commas and colons, characters as they are.</summary>
internal static class TemplateJson
{
    /// <param name="value">What is written.</param>
    /// <param name="indent">Blanks for each level, on lines of their own; null for one line.</param>
    public static string Of(object? value, int? indent)
    {
        var text = new StringBuilder();
        Write(text, value, indent, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, int? indent, int level)
    {
        switch (value)
        {
            case null or Undefined: text.Append("null"); break;
            case bool flag: text.Append(flag ? "true" : "false"); break;
            case string written: Quote(text, written); break;
            case List<object?> list: Block(text, '[', ']', list, indent, level, item => Write(text, item, indent, level + 1)); break;
            case Dictionary<string, object?> map:
                Block(text, '{', '}', map, indent, level, pair =>
                {
                    Quote(text, pair.Key);
                    text.Append(": ");
                    Write(text, pair.Value, indent, level + 1);
                });
                break;
            case long or double: text.Append(Values.Text(value)); break;
            default: throw new TemplateException($"{Values.Text(value)} is nothing that JSON could hold");
        }
    }

    private static void Block<T>(StringBuilder text, char open, char close, IReadOnlyCollection<T> items, int? indent, int level, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(indent is null ? ", " : ",");
            first = false;
            Line(text, indent, level + 1);
            write(item);
        }

        if (!first) Line(text, indent, level);
        text.Append(close);
    }

    private static void Line(StringBuilder text, int? indent, int level)
    {
        if (indent is { } blanks) text.Append('\n').Append(' ', blanks * level);
    }

    private static void Quote(StringBuilder text, string written)
    {
        text.Append('"');
        foreach (var c in written)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case < ' ': text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }
}
