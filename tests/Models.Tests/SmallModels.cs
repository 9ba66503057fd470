using System.Text.Json.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace MindBridge.Models.Tests;

/// <summary>One small random model of every architecture; weights are drawn wide, so that every path matters to the result.</summary>
internal static class SmallModels
{
    public const int Vocabulary = 40;

    public static TheoryData<string> All => [.. Encoders, .. Decoders];

    public static IEnumerable<string> Encoders => ["bert", "distilbert"];

    public static TheoryData<string> Llms => [.. Decoders];

    private static IEnumerable<string> Decoders => ["gpt2", "gptj", "llama", "llama3", "mistral", "qwen2"];

    public static ModelConfiguration Configuration(string name)
    {
        var configuration = name switch
        {
            "bert" => ModelConfiguration.Bert(Vocabulary, 24, 2, 3, 40, 48),
            "distilbert" => ModelConfiguration.DistilBert(Vocabulary, 24, 2, 3, 40, 48),
            "gpt2" => ModelConfiguration.Gpt2(Vocabulary, 24, 2, 3, 48, end: 39),
            "gptj" => ModelConfiguration.GptJ(Vocabulary, 24, 2, 3, rotary: 4, 48, end: 39),
            "llama" => ModelConfiguration.Llama(Vocabulary, 24, 2, 6, 3, 40, 48, 1, 39),
            "llama3" => ModelConfiguration.Llama(Vocabulary, 24, 2, 3, 1, 40, 48, 1, 39, rotaryBase: 500, scaling: new JsonObject
            {
                ["rope_type"] = "llama3", ["factor"] = 8.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 32,
            }),
            "mistral" => Windowed(),
            "qwen2" => ModelConfiguration.Llama(Vocabulary, 24, 2, 6, 2, 40, 48, 1, 39, tied: true, family: "qwen2"),
            _ => throw new ArgumentException(name),
        };
        return configuration with { InitializerRange = 0.3, Dropout = 0 };
    }

    public static Transformer Create(string name, long seed = 7)
    {
        var configuration = Configuration(name);
        return configuration.IsMasked ? MaskedLanguageModel.Create(configuration, seed) : CausalLanguageModel.Create(configuration, seed);
    }

    public static CausalLanguageModel Llm(string name, long seed = 7) => CausalLanguageModel.Create(Configuration(name), seed);

    /// <summary>Token ids [rows, length] of a fixed pattern.</summary>
    public static Tensor Ids(int rows, int length, int shift = 0) =>
        tensor(Enumerable.Range(0, rows * length).Select(i => (long)(1 + ((i + shift) * 7 + i / length * 3) % (Vocabulary - 3))).ToArray()).view(rows, length);

    public static double Distance(Tensor a, Tensor b) => (a - b).abs().max().ToDouble();

    private static ModelConfiguration Windowed()
    {
        var json = ModelConfiguration.Llama(Vocabulary, 24, 2, 6, 3, 40, 48, 1, 39, family: "mistral").Json;
        json["sliding_window"] = 4;
        return ModelConfiguration.Parse(json);
    }
}
