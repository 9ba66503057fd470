using MindBridge.Evaluator.SendingWebhooks;

namespace MindBridge.Evaluator.Deploying;

/// <summary>What webhooks are told of deployments.</summary>
internal static class DeploymentNotices
{
    public static Task TellPromotedAsync(this WebhookNotices notices, EvaluatorContext db, Deployment deployment, ChangeCause cause, CancellationToken cancellationToken) => notices.TellAsync(
        db, deployment.TenantId, WebhookEvents.BridgePromoted,
        new { Memory = deployment.MemoryId, Llm = deployment.LlmId, Bridge = deployment.Champion, deployment.Previous, deployment.Sequence, Cause = cause.ToString() }, cancellationToken);

    public static Task TellRolledBackAsync(this WebhookNotices notices, EvaluatorContext db, Deployment deployment, CancellationToken cancellationToken) => notices.TellAsync(
        db, deployment.TenantId, WebhookEvents.BridgeRolledBack,
        new { Memory = deployment.MemoryId, Llm = deployment.LlmId, Bridge = deployment.Champion, TakenBack = deployment.Challenger, deployment.Sequence }, cancellationToken);
}
