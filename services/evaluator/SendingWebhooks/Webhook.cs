namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>A URL that a tenant is told its events at.</summary>
internal sealed class Webhook
{
    public required Guid Id { get; init; }

    public required string TenantId { get; init; }

    public required string Url { get; init; }

    /// <summary>Names, separated by commas.</summary>
    public required string Events { get; init; }

    /// <summary>What signs the bodies. It must be had in the clear to sign, so it stands in this schema, which no other service may read, and in no answer, log or payload.</summary>
    public required string Secret { get; init; }

    public required string CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }

    public IReadOnlyList<string> Wanted => Events.Split(',');
}

/// <summary>What a webhook can be told.</summary>
internal static class WebhookEvents
{
    public const string EvaluationCompleted = "EvaluationCompleted", BridgePromoted = "BridgePromoted", BridgeRolledBack = "BridgeRolledBack", AlertRaised = "AlertRaised";

    public static IReadOnlyList<string> All { get; } = [EvaluationCompleted, BridgePromoted, BridgeRolledBack, AlertRaised];
}
