namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>An event on its way to a webhook.</summary>
internal sealed class Delivery
{
    public required Guid Id { get; init; }

    public required Guid WebhookId { get; init; }

    public required string TenantId { get; init; }

    public required string Event { get; init; }

    /// <summary>The bytes that are signed and sent, the same at each attempt.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; set; }
}

/// <summary>One try; never changed.</summary>
internal sealed class DeliveryAttempt
{
    public required Guid Id { get; init; }

    public required Guid DeliveryId { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>What was answered; 0 where nobody did.</summary>
    public required int Status { get; init; }

    /// <summary>Why it did not arrive; null when it did.</summary>
    public string? Reason { get; init; }

    public required double Milliseconds { get; init; }
}
