using System.Security.Cryptography;
using System.Text;

namespace MindBridge.Platform.Security;

/// <summary>A secret that a caller sends with every call. It is 256 random bits, so a plain hash of it cannot be guessed back.</summary>
public static class ApiKey
{
    private const string Prefix = "mb_";

    /// <summary>A new key; show it once.</summary>
    public static string Create() => Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What is kept of a key.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
