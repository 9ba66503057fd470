using System.Text;

namespace Grpc.Wire;

/// <summary>How status messages travel: UTF-8, with all but printable ASCII (and the percent sign itself) as <c>%XX</c>.</summary>
internal static class PercentText
{
    public static string Encode(string text)
    {
        if (text.All(IsPlain)) return text;
        var encoded = new StringBuilder(text.Length * 3);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (IsPlain((char)b)) encoded.Append((char)b);
            else encoded.Append('%').Append(b.ToString("X2"));
        }
        return encoded.ToString();
    }

    /// <summary>Lenient, as the protocol asks: an escape that is none stays as it is.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%')) return text;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static bool IsPlain(char c) => c is >= ' ' and <= '~' and not '%';
}
