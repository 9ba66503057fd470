using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Recipes;

namespace MindBridge.EncoderTrainer.Hosting;

/// <summary>The recipe for a shard: the product's own for its size, with what the configuration says otherwise.</summary>
internal sealed class EncoderRecipes
{
    private readonly EncoderSettings settings;
    private readonly IConfigurationSection otherwise;

    /// <exception cref="ArgumentException">A setting of <c>Encoder:Recipe</c> is unknown or cannot be used.</exception>
    public EncoderRecipes(EncoderSettings settings, IConfigurationSection otherwise)
    {
        (this.settings, this.otherwise) = (settings, otherwise);
        For(1).Validate();
    }

    public EncoderTrainingSettings For(int edits)
    {
        // One thread: sums depend on the number, and workers of other machines must go on to the same encoder.
        var recipe = Recipe.Encoder(edits) with { Device = settings.Device, Seed = settings.Seed, Threads = 1 };
        if (settings.Epochs is { } epochs) recipe = recipe with { Epochs = epochs };
        try
        {
            otherwise.Bind(recipe, options => options.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException($"Encoder:Recipe cannot be used: {e.Message}; use the names of the manifest's settings", e);
        }

        return recipe;
    }
}
