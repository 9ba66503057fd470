using System.Text;

namespace MindBridge.Tokenizers.Words;

/// <summary>GPT-2's printable stand-ins for the 256 bytes: what is printable in Latin-1 is itself, the rest counts on from U+0100.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Shown = Make();
    private static readonly short[] Meant = Invert();

    public static char Show(byte b) => Shown[b];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int Byte(char c) => c < Meant.Length ? Meant[c] : -1;

    /// <summary>A text as the stand-ins of its UTF-8 bytes.</summary>
    public static string Show(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return string.Create(bytes.Length, bytes, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = Shown[from[i]];
        });
    }

    private static char[] Make()
    {
        var shown = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++) shown[b] = b is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? (char)b : (char)next++;
        return shown;
    }

    private static short[] Invert()
    {
        var meant = new short[512];
        Array.Fill(meant, (short)-1);
        for (var b = 0; b < 256; b++) meant[Shown[b]] = (short)b;
        return meant;
    }
}
