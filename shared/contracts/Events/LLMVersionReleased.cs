namespace MindBridge.Contracts;

/// <summary>A version of an LLM entered the catalogue; every live memory needs a bridge to it.</summary>
/// <param name="LlmId">The version's id in the catalogue.</param>
/// <param name="Name">The LLM's name.</param>
/// <param name="Version">Which version of it.</param>
/// <param name="Family">Its architecture, for example <c>llama</c>.</param>
/// <param name="Uri">Where its folder lies.</param>
/// <param name="ContentHash">SHA-256 of its files.</param>
public sealed record LLMVersionReleased(Guid LlmId, string Name, string Version, string Family, string Uri, string ContentHash) : IEvent
{
    public string BusinessKey() => LlmId.ToString();
}
