using MindBridge.Artifacts;

namespace MindBridge.EncoderTrainer.Hosting;

/// <summary>The base model from which this worker trains, with the name of its content.</summary>
internal sealed class BaseModel(EncoderSettings settings)
{
    private readonly Lazy<string> identity = new(() => ContentIdentity.Of(settings.BaseModel));

    public string Folder => settings.BaseModel;

    public string Identity => identity.Value;
}
