namespace MindBridge.Evaluator.ReadingEvaluations;

/// <summary>Why a bridge was scored.</summary>
internal static class EvaluationCause
{
    /// <summary>It was trained: its scores are held against the gate.</summary>
    public const string Bridge = "bridge";

    /// <summary>Somebody asked: its scores are told, and promote nothing.</summary>
    public const string Request = "request";

    /// <summary>It serves, and is scored again from time to time.</summary>
    public const string Schedule = "schedule";
}
