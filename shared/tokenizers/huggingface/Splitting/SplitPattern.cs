using System.Text;
using System.Text.RegularExpressions;

namespace MindBridge.Tokenizers.Splitting;

/// <summary>Turns an Oniguruma expression, as tokenizer.json writes them, into a .NET one that matches the same.</summary>
internal static class SplitPattern
{
    // Oniguruma knows scripts, .NET does not; astral members come as stand-ins (AstralStandIns).
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Han"] = @"\u2E80-\u2E99\u2E9B-\u2EF3\u2F00-\u2FD5\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFA6D\uFA70-\uFAD9",
        ["Hiragana"] = @"\u3041-\u3096\u309D-\u309F",
        ["Katakana"] = @"\u30A1-\u30FA\u30FD-\u30FF\u31F0-\u31FF\u32D0-\u32FE\u3300-\u3357\uFF66-\uFF6F\uFF71-\uFF9D",
        ["Hangul"] = @"\u1100-\u11FF\u302E\u302F\u3131-\u318E\u3200-\u321E\u3260-\u327E\uA960-\uA97C\uAC00-\uD7A3\uD7B0-\uD7C6\uD7CB-\uD7FB\uFFA0-\uFFBE\uFFC2-\uFFC7\uFFCA-\uFFCF\uFFD2-\uFFD7\uFFDA-\uFFDC",
    };

    private static readonly Dictionary<string, string> Categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L", ["Mark"] = "M", ["Number"] = "N", ["Punctuation"] = "P", ["Punct"] = "P", ["Symbol"] = "S", ["Separator"] = "Z", ["Other"] = "C",
        ["Alpha"] = "L", ["Digit"] = "Nd", ["Upper"] = "Lu", ["Lower"] = "Ll",
    };

    /// <summary>The expression, compiled.</summary>
    /// <exception cref="NotSupportedException">It uses something that has no counterpart.</exception>
    public static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(Translate(pattern), RegexOptions.CultureInvariant | RegexOptions.Compiled);
        }
        catch (RegexParseException e)
        {
            throw new NotSupportedException($"the split pattern '{pattern}' cannot be read as a .NET expression: {e.Message}", e);
        }
    }

    internal static string Translate(string pattern)
    {
        var built = new StringBuilder(pattern.Length + 32);
        var groups = new Stack<bool>();
        bool insensitive = false, inClass = false;
        // Where the last thing that a quantifier applies to began: possessive quantifiers wrap it into an atomic group.
        var item = 0;
        var opened = new Stack<int>();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                if (!inClass) item = built.Length;
                i = Escape(pattern, i, inClass, built);
                continue;
            }

            if (inClass)
            {
                if ((c == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':') || (c == '&' && pattern[i - 1] == '&'))
                    throw new NotSupportedException($"the split pattern '{pattern}' has a POSIX class or an intersection, which this program does not know");
                inClass = c != ']';
                built.Append(c);
                if (insensitive && c is 's' or 'S') built.Append('\u017F');
                continue;
            }

            switch (c)
            {
                case '[':
                    inClass = true;
                    item = built.Length;
                    built.Append(c);
                    // A bracket right behind the opening one is a member.
                    if (i + 1 < pattern.Length && pattern[i + 1] == '^') built.Append(pattern[++i]);
                    if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                    {
                        built.Append("\\]");
                        i++;
                    }

                    break;
                case '(':
                    opened.Push(built.Length);
                    groups.Push(insensitive);
                    built.Append(c);
                    var flags = Regex.Match(pattern[(i + 1)..], @"^\?([a-z]*)(?:-([a-z]*))?([:)])");
                    if (flags.Success)
                    {
                        if (flags.Groups[1].Value.Contains('i', StringComparison.Ordinal)) insensitive = true;
                        if (flags.Groups[2].Value.Contains('i', StringComparison.Ordinal)) insensitive = false;
                        built.Append(flags.Value);
                        i += flags.Length;
                        if (flags.Groups[3].Value == ")")
                        {
                            // (?i) holds to the end of the enclosing group.
                            opened.Pop();
                            groups.Pop();
                        }
                    }

                    break;
                case ')':
                    built.Append(c);
                    if (groups.Count > 0)
                    {
                        insensitive = groups.Pop();
                        item = opened.Pop();
                    }

                    break;
                case '+' or '*' or '?' when i + 1 < pattern.Length && pattern[i + 1] == '+':
                    built.Insert(item, "(?>").Append(c).Append(')');
                    i++;
                    break;
                case '+' or '*' or '?':
                    built.Append(c);
                    break;
                case '{':
                    while (i < pattern.Length && pattern[i] != '}') built.Append(pattern[i++]);
                    built.Append('}');
                    break;
                default:
                    item = built.Length;
                    // Case folding by Unicode makes the long s an s; .NET's does not.
                    if (insensitive && c is 's' or 'S') built.Append("[sS\u017F]");
                    else built.Append(c);
                    break;
            }
        }

        return built.ToString();
    }

    /// <summary>Writes the escape at <paramref name="i"/>; returns its last position.</summary>
    private static int Escape(string pattern, int i, bool inClass, StringBuilder built)
    {
        var kind = pattern[i + 1];
        if (kind == 'h')
        {
            // A hexadecimal digit in Oniguruma.
            built.Append(inClass ? "0-9a-fA-F" : "[0-9a-fA-F]");
            return i + 1;
        }

        if (kind is 'w' or 'W')
        {
            // .NET's \w lacks spacing marks and letter numbers.
            const string Members = @"\w\p{M}\p{Nl}";
            if (inClass && kind == 'W') throw new NotSupportedException($"the split pattern '{pattern}' has \\W inside a class, which has no counterpart here");
            built.Append(inClass ? Members : kind == 'w' ? $"[{Members}]" : $"[^{Members}]");
            return i + 1;
        }

        if (kind == 'x' && i + 2 < pattern.Length && pattern[i + 2] == '{')
        {
            var end = pattern.IndexOf('}', i);
            built.Append("\\u").Append(pattern[(i + 3)..end].PadLeft(4, '0'));
            return end;
        }

        if (kind is not ('p' or 'P') || i + 2 >= pattern.Length || pattern[i + 2] != '{')
        {
            built.Append('\\').Append(kind);
            return i + 1;
        }

        var close = pattern.IndexOf('}', i);
        if (close < 0) throw new NotSupportedException($"the split pattern '{pattern}' has an unclosed \\{kind}{{");
        var name = pattern[(i + 3)..close];
        var negated = (kind == 'P') ^ name.StartsWith('^');
        name = name.TrimStart('^');
        if (Scripts.TryGetValue(name.Replace("Script=", "", StringComparison.OrdinalIgnoreCase), out var members))
        {
            if (inClass && negated) throw new NotSupportedException($"the split pattern '{pattern}' negates the script {name} inside a class");
            built.Append(inClass ? members : $"[{(negated ? "^" : "")}{members}]");
        }
        else if (name.Equals("Alnum", StringComparison.OrdinalIgnoreCase) && inClass && !negated)
        {
            built.Append(@"\p{L}\p{M}\p{Nd}");
        }
        else
        {
            built.Append(negated ? "\\P{" : "\\p{").Append(Categories.GetValueOrDefault(name, name)).Append('}');
        }

        return close;
    }
}
