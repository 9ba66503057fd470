using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using MindBridge.Platform.Security;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Evaluator.Rpc;

/// <summary>Who is told, and what became of it.</summary>
internal sealed partial class EvaluatorService
{
    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.CreatedWebhook> CreateWebhook(Wire.CreateWebhookRequest request, ServerCallContext context)
    {
        var (webhook, secret) = await webhooks.CreateAsync(CallerOf(context), request.Url, request.Events, context.CancellationToken);
        return new Wire.CreatedWebhook { Webhook = WireForms.Webhook(webhook), Secret = secret };
    }

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.ListWebhooksReply> ListWebhooks(Wire.ListWebhooksRequest request, ServerCallContext context) =>
        new() { Webhooks = { (await webhooks.ListAsync(CallerOf(context), context.CancellationToken)).Select(WireForms.Webhook) } };

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Webhook> DeleteWebhook(Wire.DeleteWebhookRequest request, ServerCallContext context) =>
        WireForms.Webhook(await webhooks.DeleteAsync(CallerOf(context), WireForms.Id("id", request.Id), context.CancellationToken));

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.ListDeliveriesReply> ListDeliveries(Wire.ListDeliveriesRequest request, ServerCallContext context) => new()
    {
        Deliveries = { (await webhooks.DeliveriesAsync(CallerOf(context), WireForms.IdOrAny("webhook_id", request.WebhookId), request.Limit, context.CancellationToken)).Select(WireForms.Delivery) },
    };

    [Authorize(Policy = Caller.Operator)]
    public override async Task<Wire.Delivery> Redeliver(Wire.RedeliverRequest request, ServerCallContext context) =>
        WireForms.Delivery(await webhooks.RedeliverAsync(CallerOf(context), WireForms.Id("id", request.Id), context.CancellationToken));
}
