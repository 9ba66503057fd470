using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MindBridge.Inference.FollowingPromotions;

namespace MindBridge.Inference.TryingChallengers;

/// <summary>Which users get the challenger's answers: always the same, on every replica, and with a higher percentage the same and more.</summary>
internal static class Trial
{
    /// <summary>The challenger, where this user is to get its answers; null otherwise.</summary>
    /// <param name="aliases">How the deployment stands.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="user">Who asks, or, where that is not told, what is asked.</param>
    public static string? ChallengerFor(Aliases aliases, Guid memory, string user)
    {
        if (aliases.CanaryPercent <= 0 || aliases.Challenger.Length == 0) return null;
        // Of another memory other users: nobody is always among the first to try.
        var place = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{aliases.Tenant}\u0001{memory}\u0001{user}"))) % 100;
        return place < aliases.CanaryPercent ? aliases.Challenger : null;
    }
}
