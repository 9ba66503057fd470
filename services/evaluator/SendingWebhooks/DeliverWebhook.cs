namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>What a job of the kind <see cref="Kind"/> needs to know.</summary>
/// <param name="Delivery">Which delivery.</param>
internal sealed record DeliverWebhook(Guid Delivery)
{
    public const string Kind = "deliver webhook";
}
