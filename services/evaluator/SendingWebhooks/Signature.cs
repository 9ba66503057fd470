using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>How a receiver knows that a body is ours, and is not an old one sent again.</summary>
internal static class Signature
{
    /// <summary>Seconds since 1970 at which it was signed; every attempt is signed anew.</summary>
    public const string TimestampHeader = "mindbridge-timestamp";

    /// <summary>"v1=" and HMAC-SHA256 of "TIMESTAMP.BODY" in hexadecimal digits.</summary>
    public const string SignatureHeader = "mindbridge-signature";

    /// <summary>The delivery's id: the same at every attempt, so a receiver can tell a repetition.</summary>
    public const string DeliveryHeader = "mindbridge-delivery";

    public const string EventHeader = "mindbridge-event";

    public static string Of(string secret, long timestamp, string body) =>
        "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}.{body}"))));
}
