using MindBridge.Artifacts;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.BridgeTrainer.TrainingBridges;

/// <summary>Where an LLM version lies on this machine.</summary>
internal static class LlmFolder
{
    /// <summary>The folder, once its content is known to be what was released.</summary>
    /// <exception cref="InvalidDataException">It is not here, or is something else.</exception>
    public static string Verified(Wire.LlmVersion llm)
    {
        var folder = Uri.TryCreate(llm.Uri, UriKind.Absolute, out var uri)
            ? uri.IsFile ? uri.LocalPath : throw new InvalidDataException($"{llm.Name} {llm.Version} lies at {llm.Uri}, which is no folder; release it with the path of a folder that every trainer can read")
            : llm.Uri;
        if (!Directory.Exists(folder)) throw new InvalidDataException($"{llm.Name} {llm.Version} should lie in {folder}, which is not on this machine; mount the folder there");
        var content = ContentIdentity.Of(folder);
        return content == llm.ContentHash
            ? folder
            : throw new InvalidDataException($"{llm.Name} {llm.Version} was released with the content {llm.ContentHash}, {folder} holds {content}; put the released files back, or release the new ones as a new version");
    }
}
