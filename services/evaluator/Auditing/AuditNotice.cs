using MindBridge.Contracts;
using MindBridge.Platform.Messaging;

namespace MindBridge.Evaluator.Auditing;

/// <summary>Somebody changed something elsewhere: it is kept in the one log that there is.</summary>
internal sealed class AuditNotice(EvaluatorContext db) : IHandle<ChangeMade>
{
    public const string Queue = "evaluator.change-made";

    public Task HandleAsync(ChangeMade happened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(happened);
        db.AuditEntries.Add(new AuditEntry
        {
            Id = happened.Id,
            TenantId = happened.TenantId,
            MadeAt = happened.MadeAt,
            MadeBy = happened.MadeBy,
            What = happened.What,
            Subject = happened.Subject,
            MemoryId = happened.MemoryId,
            OldValue = happened.OldValue,
            NewValue = happened.NewValue,
        });
        return Task.CompletedTask;
    }
}
