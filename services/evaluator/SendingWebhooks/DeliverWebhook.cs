namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>What a job of the kind <see cref="Kind"/> needs to know.</summary>
/// <param name="Delivery">Which delivery.</param>
/// <param name="Tenant">Whose, for whoever looks at the job; null in jobs from before it was told.</param>
internal sealed record DeliverWebhook(Guid Delivery, string? Tenant = null)
{
    public const string Kind = "deliver webhook";
}
