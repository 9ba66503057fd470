namespace MindBridge.Evaluator.SendingWebhooks;

/// <summary>What a job of the kind <see cref="Kind"/> needs to know.</summary>
/// <param name="Tenant">Whose webhook.</param>
/// <param name="Delivery">Which delivery.</param>
internal sealed record DeliverWebhook(string Tenant, Guid Delivery)
{
    public const string Kind = "deliver webhook";
}
