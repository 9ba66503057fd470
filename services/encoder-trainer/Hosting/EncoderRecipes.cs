using MindBridge.Memory.Pretraining;
using MindBridge.Memory.Recipes;

namespace MindBridge.EncoderTrainer.Hosting;

/// <summary>The recipe for a shard: the product's own for its size, with what the configuration says otherwise.</summary>
internal sealed class EncoderRecipes
{
    private const double ContrastWithoutOutOfScope = 0.3;

    private readonly EncoderSettings settings;
    private readonly IConfigurationSection otherwise;

    /// <exception cref="ArgumentException">A setting of <c>Encoder:Recipe</c> is unknown or cannot be used.</exception>
    public EncoderRecipes(EncoderSettings settings, IConfigurationSection otherwise)
    {
        (this.settings, this.otherwise) = (settings, otherwise);
        For(1, answersMustStay: true).Validate();
    }

    /// <param name="edits">How many the shard holds.</param>
    /// <param name="answersMustStay">Whether the memory names prompts whose answers must stay.</param>
    public EncoderTrainingSettings For(int edits, bool answersMustStay)
    {
        // One thread: sums depend on the number, and workers of other machines must go on to the same encoder.
        var recipe = Recipe.Encoder(edits) with { Device = settings.Device, Seed = settings.Seed, Threads = 1 };
        // General sentences can be told from edits without a look at the subject, and features that need not tell subjects apart fall together; contrast keeps them apart.
        if (!answersMustStay) recipe = recipe with { Contrast = Math.Max(recipe.Contrast, ContrastWithoutOutOfScope) };
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
