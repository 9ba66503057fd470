namespace MindBridge.Inference.TakingTurns;

/// <summary>A request took longer than it may; its message says what to do. DEADLINE_EXCEEDED over gRPC, 504 over HTTP.</summary>
internal sealed class OutOfTimeException(string message) : Exception(message);
