using MindBridge.Contracts.V1;
using MindBridge.Evaluator.Dashboard.WatchingJobs;
using MindBridge.Platform.Operations;

namespace MindBridge.Evaluator.Dashboard.ReadingAudit;

/// <summary>What an entry is about, where its id or its memory says too little.</summary>
internal static class AuditWords
{
    /// <summary>For example "Train encoder of encoder-trainer: parked, then waiting"; nothing where there is nothing to add.</summary>
    public static string Of(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.What switch
        {
            "cancel job" or "retry job" => $"{JobWords.Kind(Field(entry.Old, "kind"))} of {Field(entry.Old, "service")}: {Field(entry.Old, "state")}, then {Field(entry.New, "state")}",
            "replay dead letter" => $"{Field(entry.Old, "event")} for {Field(entry.Old, "consumer")}: {Field(entry.Old, "state")}, then {Field(entry.New, "state")}",
            "key created" => $"{Field(entry.New, "role")} of {Field(entry.New, "tenant")}",
            "key revoked" => $"{Field(entry.Old, "role")} of {Field(entry.Old, "tenant")}",
            _ => "",
        };
    }

    private static string Field(string json, string name) => JsonBody.Field(json, name) ?? "";
}
