namespace MindBridge.Platform.Reconciling;

/// <summary>How long a loop rests; typed, so that each has its own.</summary>
internal sealed record ReconcilingInterval<TReconcile>(TimeSpan Value);
