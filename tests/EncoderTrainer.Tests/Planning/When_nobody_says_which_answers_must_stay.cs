using MindBridge.EncoderTrainer.Hosting;
using MindBridge.Memory.Recipes;
using Microsoft.Extensions.Configuration;

namespace MindBridge.EncoderTrainer.Tests.Planning;

public sealed class When_nobody_says_which_answers_must_stay
{
    [Fact]
    public void Should_keep_the_features_of_edits_apart_by_contrast_unless_it_is_told_otherwise()
    {
        Recipes().For(300, answersMustStay: false).Contrast.ShouldBe(0.3);
        Recipes().For(300, answersMustStay: true).Contrast.ShouldBe(Recipe.Encoder(300).Contrast);
        Recipes(("Contrast", "0.1")).For(300, answersMustStay: false).Contrast.ShouldBe(0.1);
    }

    private static EncoderRecipes Recipes(params (string Key, string Value)[] otherwise) =>
        new(new EncoderSettings(), new ConfigurationBuilder().AddInMemoryCollection(otherwise.Select(o => KeyValuePair.Create($"Recipe:{o.Key}", (string?)o.Value))).Build().GetSection("Recipe"));
}
