using System.Text.Json.Nodes;

namespace MindBridge.Models;

/// <summary>The shape of a model, read from a Hugging Face <c>config.json</c> in any of the supported architectures' spellings.</summary>
public sealed record ModelConfiguration
{
    /// <summary>"bert", "distilbert", "gpt2", "gptj", "llama", "mistral" or "qwen2".</summary>
    public required string Family { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Width { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; fewer than <see cref="Heads"/> with grouped queries.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Width inside the feed-forward layers.</summary>
    public required int Inner { get; init; }

    /// <summary>The longest input in tokens.</summary>
    public required int MaxPositions { get; init; }

    /// <summary>Added to the variance in norms.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Name of the feed-forward activation.</summary>
    public required string Activation { get; init; }

    /// <summary>The head shares the word embeddings.</summary>
    public required bool Tied { get; init; }

    /// <summary>Standard deviation of new weights.</summary>
    public required double InitializerRange { get; init; }

    /// <summary>Dropout of embeddings and block outputs in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Number of segment embeddings (BERT).</summary>
    public int Segments { get; init; } = 2;

    /// <summary>Query, key and value projections have biases.</summary>
    public bool QueryBias { get; init; }

    /// <summary>The attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>The feed-forward layers have biases.</summary>
    public bool InnerBias { get; init; }

    /// <summary>Scores are divided by the square root of the head width (GPT-2 can switch this off).</summary>
    public bool ScaleAttention { get; init; } = true;

    /// <summary>Scores of layer i are also divided by i + 1 (GPT-2 option).</summary>
    public bool ScaleByLayer { get; init; }

    /// <summary>Values of a head that rotate (GPT-J).</summary>
    public int RotaryWidth { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public double RotaryBase { get; init; } = 10000;

    /// <summary>How frequencies are stretched for long inputs; null for not at all.</summary>
    public RotaryScaling? Scaling { get; init; }

    /// <summary>A token sees this many tokens back, itself included; null for all (Mistral).</summary>
    public int? Window { get; init; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>The configuration as published, for writing it back.</summary>
    public required JsonObject Json { get; init; }

    /// <summary>Whether this is an encoder with a masked-language-model head.</summary>
    public bool IsMasked => Family is "bert" or "distilbert";

    /// <summary>Reads <c>config.json</c> of <paramref name="folder"/> (and the end tokens of <c>generation_config.json</c>, if any).</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder has no config.json.</exception>
    /// <exception cref="InvalidDataException">The file is malformed or describes something unsupported; the message names the entry.</exception>
    public static ModelConfiguration From(string folder) => ConfigurationReader.Read(folder);

    /// <summary>Reads a configuration from its JSON.</summary>
    /// <exception cref="InvalidDataException">See <see cref="From"/>.</exception>
    public static ModelConfiguration Parse(JsonObject json) => ConfigurationReader.Parse(json);

    /// <summary>A new BERT encoder's configuration.</summary>
    public static ModelConfiguration Bert(int vocabulary, int width, int layers, int heads, int inner, int positions = 512) => Parse(new JsonObject
    {
        ["architectures"] = new JsonArray("BertForMaskedLM"), ["model_type"] = "bert", ["vocab_size"] = vocabulary, ["hidden_size"] = width,
        ["num_hidden_layers"] = layers, ["num_attention_heads"] = heads, ["intermediate_size"] = inner, ["max_position_embeddings"] = positions,
        ["hidden_act"] = "gelu", ["hidden_dropout_prob"] = 0.1, ["attention_probs_dropout_prob"] = 0.1, ["initializer_range"] = 0.02,
        ["layer_norm_eps"] = 1e-12, ["pad_token_id"] = 0, ["type_vocab_size"] = 2, ["position_embedding_type"] = "absolute",
        ["tie_word_embeddings"] = true, ["torch_dtype"] = "float32",
    });

    /// <summary>A new DistilBERT encoder's configuration.</summary>
    public static ModelConfiguration DistilBert(int vocabulary, int width, int layers, int heads, int inner, int positions = 512) => Parse(new JsonObject
    {
        ["architectures"] = new JsonArray("DistilBertForMaskedLM"), ["model_type"] = "distilbert", ["vocab_size"] = vocabulary, ["dim"] = width,
        ["n_layers"] = layers, ["n_heads"] = heads, ["hidden_dim"] = inner, ["max_position_embeddings"] = positions, ["activation"] = "gelu",
        ["dropout"] = 0.1, ["attention_dropout"] = 0.1, ["initializer_range"] = 0.02, ["pad_token_id"] = 0, ["sinusoidal_pos_embds"] = false,
        ["tie_weights_"] = true, ["torch_dtype"] = "float32",
    });

    /// <summary>A new GPT-2's configuration; <paramref name="end"/> is its end-of-text token.</summary>
    public static ModelConfiguration Gpt2(int vocabulary, int width, int layers, int heads, int positions, int end) => Parse(new JsonObject
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"), ["model_type"] = "gpt2", ["vocab_size"] = vocabulary, ["n_embd"] = width,
        ["n_layer"] = layers, ["n_head"] = heads, ["n_inner"] = null, ["n_positions"] = positions, ["n_ctx"] = positions,
        ["activation_function"] = "gelu_new", ["resid_pdrop"] = 0.1, ["embd_pdrop"] = 0.1, ["attn_pdrop"] = 0.1, ["initializer_range"] = 0.02,
        ["layer_norm_epsilon"] = 1e-5, ["bos_token_id"] = end, ["eos_token_id"] = end, ["tie_word_embeddings"] = true, ["torch_dtype"] = "float32",
    });

    /// <summary>A new GPT-J's configuration; <paramref name="rotary"/> values of each head rotate.</summary>
    public static ModelConfiguration GptJ(int vocabulary, int width, int layers, int heads, int rotary, int positions, int end) => Parse(new JsonObject
    {
        ["architectures"] = new JsonArray("GPTJForCausalLM"), ["model_type"] = "gptj", ["vocab_size"] = vocabulary, ["n_embd"] = width,
        ["n_layer"] = layers, ["n_head"] = heads, ["n_inner"] = null, ["n_positions"] = positions, ["rotary_dim"] = rotary, ["rotary"] = true,
        ["activation_function"] = "gelu_new", ["resid_pdrop"] = 0.0, ["embd_pdrop"] = 0.0, ["attn_pdrop"] = 0.0, ["initializer_range"] = 0.02,
        ["layer_norm_epsilon"] = 1e-5, ["bos_token_id"] = end, ["eos_token_id"] = end, ["tie_word_embeddings"] = false, ["torch_dtype"] = "float32",
    });

    /// <summary>A new model of the Llama family: <paramref name="family"/> is "llama", "mistral" or "qwen2" (which has query, key and value biases).</summary>
    public static ModelConfiguration Llama(
        int vocabulary, int width, int layers, int heads, int keyHeads, int inner, int positions, int begin, int end, bool tied = false,
        string family = "llama", double rotaryBase = 10000, JsonObject? scaling = null) => Parse(new JsonObject
    {
        ["architectures"] = new JsonArray(family switch { "mistral" => "MistralForCausalLM", "qwen2" => "Qwen2ForCausalLM", _ => "LlamaForCausalLM" }),
        ["model_type"] = family, ["vocab_size"] = vocabulary, ["hidden_size"] = width, ["num_hidden_layers"] = layers,
        ["num_attention_heads"] = heads, ["num_key_value_heads"] = keyHeads, ["intermediate_size"] = inner, ["max_position_embeddings"] = positions,
        ["hidden_act"] = "silu", ["attention_dropout"] = 0.0, ["initializer_range"] = 0.02, ["rms_norm_eps"] = 1e-5, ["rope_theta"] = rotaryBase,
        ["rope_scaling"] = scaling, ["bos_token_id"] = begin, ["eos_token_id"] = end, ["tie_word_embeddings"] = tied, ["torch_dtype"] = "float32",
    });
}

/// <summary>How rotary frequencies are stretched: every one by <see cref="Factor"/> ("linear"), or Llama 3's way.</summary>
/// <param name="Kind">"linear" or "llama3".</param>
/// <param name="Factor">The stretch.</param>
/// <param name="LowFactor">llama3: wavelengths longer than original / low are stretched in full.</param>
/// <param name="HighFactor">llama3: wavelengths shorter than original / high are left alone.</param>
/// <param name="Original">llama3: positions the model was first trained on.</param>
public sealed record RotaryScaling(string Kind, double Factor, double LowFactor = 1, double HighFactor = 4, double Original = 8192);
