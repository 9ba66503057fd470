using Grpc.Core;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>Who is told, and what became of it.</summary>
internal sealed partial class EvaluatorService
{
    public override async Task<Wire.CreatedWebhook> CreateWebhook(Wire.CreateWebhookRequest request, ServerCallContext context)
    {
        var (webhook, secret) = await webhooks.CreateAsync(OperatorOf(context), request.Url, request.Events, context.CancellationToken);
        return new Wire.CreatedWebhook { Webhook = WireForms.Webhook(webhook), Secret = secret };
    }

    public override async Task<Wire.ListWebhooksReply> ListWebhooks(Wire.ListWebhooksRequest request, ServerCallContext context) =>
        new() { Webhooks = { (await webhooks.ListAsync(OperatorOf(context), context.CancellationToken)).Select(WireForms.Webhook) } };

    public override async Task<Wire.Webhook> DeleteWebhook(Wire.DeleteWebhookRequest request, ServerCallContext context) =>
        WireForms.Webhook(await webhooks.DeleteAsync(OperatorOf(context), WireForms.Id("id", request.Id), context.CancellationToken));

    public override async Task<Wire.ListDeliveriesReply> ListDeliveries(Wire.ListDeliveriesRequest request, ServerCallContext context) => new()
    {
        Deliveries = { (await webhooks.DeliveriesAsync(OperatorOf(context), WireForms.IdOrAny("webhook_id", request.WebhookId), request.Limit, context.CancellationToken)).Select(WireForms.Delivery) },
    };

    public override async Task<Wire.Delivery> Redeliver(Wire.RedeliverRequest request, ServerCallContext context) =>
        WireForms.Delivery(await webhooks.RedeliverAsync(OperatorOf(context), WireForms.Id("id", request.Id), context.CancellationToken));
}
