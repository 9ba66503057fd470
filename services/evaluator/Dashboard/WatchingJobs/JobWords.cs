using MindBridge.Evaluator.MeasuringAbility;
using MindBridge.Evaluator.NoticingBridges;
using MindBridge.Evaluator.SendingWebhooks;

namespace MindBridge.Evaluator.Dashboard.WatchingJobs;

/// <summary>Jobs as people call them.</summary>
internal static class JobWords
{
    public static string Kind(string kind) => kind switch
    {
        "plan-shards" => "Plan shards",
        "train-encoder" => "Train encoder",
        "train-bridge" => "Train bridge",
        EvaluateBridge.Kind => "Evaluate bridge",
        MeasureAbility.Kind => "Measure ability",
        DeliverWebhook.Kind => "Deliver webhook",
        _ => kind,
    };

    /// <summary>The chip of a state.</summary>
    public static string Chip(string state) => state switch { "running" => "busy", "succeeded" => "good", "parked" => "bad", "cancelled" => "warn", _ => "" };
}
