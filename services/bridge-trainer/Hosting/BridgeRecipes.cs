using MindBridge.Artifacts;
using MindBridge.Memory.Bridging;
using MindBridge.Memory.Recipes;

namespace MindBridge.BridgeTrainer.Hosting;

/// <summary>The recipe for a shard's projector: the product's own for its size, with what the configuration says otherwise.</summary>
internal sealed class BridgeRecipes
{
    private readonly BridgeSettings settings;
    private readonly IConfigurationSection otherwise;

    /// <exception cref="ArgumentException">A setting of <c>Bridge:Recipe</c> is unknown or cannot be used.</exception>
    public BridgeRecipes(BridgeSettings settings, IConfigurationSection otherwise)
    {
        (this.settings, this.otherwise) = (settings, otherwise);
        For(1).Validate();
    }

    public BridgeTrainingSettings For(int edits)
    {
        // One thread: sums depend on the number, and workers of other machines must go on to the same projector.
        var recipe = Recipe.Bridge(edits) with { Device = settings.Device, Seed = settings.Seed, Threads = 1, CheckpointEvery = settings.CheckpointEvery };
        if (settings.Epochs is { } epochs) recipe = recipe with { Epochs = epochs };
        try
        {
            otherwise.Bind(recipe, options => options.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException($"Bridge:Recipe cannot be used: {e.Message}; use the names of the manifest's settings", e);
        }

        return recipe;
    }

    public string HashFor(int edits) => Artifact.HashOfValue(For(edits));
}
