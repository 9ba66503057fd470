namespace Grpc.Wire;

/// <summary>How <c>-bin</c> headers travel: base64, padded or not.</summary>
internal static class BinaryText
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <exception cref="FormatException">It is not base64.</exception>
    public static byte[] Decode(string text) => Convert.FromBase64String((text.Length % 4) switch
    {
        2 => text + "==",
        3 => text + "=",
        _ => text,
    });
}
