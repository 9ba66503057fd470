namespace MindBridge.Inference.RenderingChats;

/// <summary>A chat template cannot be read, or refuses what it was given.</summary>
internal sealed class TemplateException(string message) : Exception(message);
