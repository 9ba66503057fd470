namespace MindBridge.Platform.Rpc;

/// <summary>The call is right, but not in the state things are in; its message says what must be done first. FAILED_PRECONDITION over gRPC, 409 over REST.</summary>
public sealed class RefusedNowException(string message) : Exception(message);
