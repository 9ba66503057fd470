namespace MindBridge.Platform.Jobs;

/// <summary>A worker tried to write after its lease had gone to another, or its job was called off. What it wrote was refused; it must stop.</summary>
public sealed class StaleLeaseException(string message) : Exception(message);
