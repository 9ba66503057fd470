namespace MindBridge.Evaluator.TryingChallengers;

/// <summary>What one replica of inference saw between two reports.</summary>
internal sealed class TrafficReport
{
    /// <summary>The sender's: the same report again is known.</summary>
    public required Guid Id { get; init; }

    public required Guid MemoryId { get; init; }

    public required Guid LlmId { get; init; }

    public required string Reporter { get; init; }

    public required string Champion { get; init; }

    public required string Challenger { get; init; }

    public required long ChampionRequests { get; init; }

    public required long ChampionErrors { get; init; }

    public required double ChampionMilliseconds { get; init; }

    public required long ChallengerRequests { get; init; }

    public required long ChallengerErrors { get; init; }

    public required double ChallengerMilliseconds { get; init; }

    public required long Compared { get; init; }

    public required long Agreed { get; init; }

    /// <summary>By our own clock.</summary>
    public DateTimeOffset ReceivedAt { get; set; }
}
