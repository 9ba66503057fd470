using MindBridge.Memory.Bridging;
using MindBridge.Memory.Pretraining;

namespace MindBridge.Memory.Recipes;

/// <summary>How a set of edits is trained unless somebody says otherwise: the demo, the trainers and whoever wants the same result share it.</summary>
public static class Recipe
{
    /// <summary>Sets with fewer edits than this have few steps in an epoch and want more of them.</summary>
    public const int Many = 1000;

    /// <summary>Stage I for a few hundred edits; keys that are found by subject need no contrast, and it takes a fifth of the time.</summary>
    public static EncoderTrainingSettings EncoderOfFew => new() { Epochs = 40, WordingShare = 0.3, PrefixShare = 0.3, Contrast = 0 };

    /// <summary>Stage II for a few hundred edits.</summary>
    public static BridgeTrainingSettings BridgeOfFew => BridgeTrainingSettings.Quick with { Epochs = 40 };

    /// <summary>Stage I for so many edits.</summary>
    public static EncoderTrainingSettings Encoder(int edits) => edits < Many ? EncoderOfFew : new EncoderTrainingSettings();

    /// <summary>Stage II for so many edits.</summary>
    public static BridgeTrainingSettings Bridge(int edits) => edits < Many ? BridgeOfFew : new BridgeTrainingSettings();
}
