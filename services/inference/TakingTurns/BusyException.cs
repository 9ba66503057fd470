namespace MindBridge.Inference.TakingTurns;

/// <summary>More requests wait than may; its message says what to do. RESOURCE_EXHAUSTED over gRPC.</summary>
internal sealed class BusyException(string message) : Exception(message);
