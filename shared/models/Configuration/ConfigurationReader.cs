using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MindBridge.Models;

/// <summary>Turns config.json into a <see cref="ModelConfiguration"/>, naming whatever is missing, impossible or not supported.</summary>
internal sealed class ConfigurationReader
{
    private const string Supported = "bert, distilbert, gpt2, gptj, llama, mistral, qwen2";
    private readonly JsonObject _json;

    private ConfigurationReader(JsonObject json) => _json = json;

    public static ModelConfiguration Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder");
        var configuration = Parse(ReadObject(folder, "config.json")
            ?? throw new FileNotFoundException($"{folder}: no config.json here; give the folder of a Hugging Face model ({Supported})"));
        // A model's generation settings may name more end tokens than its configuration (Llama 3's <|eot_id|>).
        return ReadObject(folder, "generation_config.json") is { } generation && generation["eos_token_id"] is not null
            ? configuration with { EndTokens = [.. configuration.EndTokens.Union(new ConfigurationReader(generation).Ends())] }
            : configuration;
    }

    public static ModelConfiguration Parse(JsonObject json)
    {
        var reader = new ConfigurationReader(json);
        var family = reader.Text("model_type", "");
        var configuration = family switch
        {
            "bert" => reader.Bert(),
            "distilbert" => reader.DistilBert(),
            "gpt2" or "gptj" => reader.Gpt(family),
            "llama" or "mistral" or "qwen2" => reader.Llama(family),
            "" => throw Bad($"\"model_type\" is missing; supported are {Supported}"),
            _ => throw Bad($"architecture \"{family}\" is not supported; supported are {Supported}"),
        };
        return Checked(configuration);
    }

    private static JsonObject? ReadObject(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path)) return null;
        if (new FileInfo(path).Length > 10_000_000) throw new InvalidDataException($"{name}: larger than any configuration; this is no {name}");
        try
        {
            var node = JsonNode.Parse(File.ReadAllBytes(path), null, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false });
            return node as JsonObject ?? throw new InvalidDataException($"{name}: not a JSON object");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name}: not readable JSON ({e.Message})", e);
        }
    }

    private ModelConfiguration Bert()
    {
        if (Text("position_embedding_type", "absolute") is not "absolute" and var kind)
            throw Bad($"\"position_embedding_type\" \"{kind}\" is not supported; supported is \"absolute\"");
        return Common("bert", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings") with
        {
            Epsilon = Real("layer_norm_eps", 1e-12), Activation = Text("hidden_act", "gelu"), Tied = Flag("tie_word_embeddings", true),
            Dropout = Real("hidden_dropout_prob", 0.1), Segments = Whole("type_vocab_size", 2),
        };
    }

    private ModelConfiguration DistilBert() => Common("distilbert", "dim", "n_layers", "n_heads", "hidden_dim", "max_position_embeddings") with
    {
        Epsilon = 1e-12, Activation = Text("activation", "gelu"), Tied = Flag("tie_word_embeddings", Flag("tie_weights_", true)),
        Dropout = Real("dropout", 0.1), Segments = 0,
    };

    private ModelConfiguration Gpt(string family)
    {
        var width = Whole("n_embd");
        var configuration = Common(family, "n_embd", "n_layer", "n_head", "n_inner", "n_positions", inner: width > 0 ? 4 * Math.Min(width, 1 << 20) : 1) with
        {
            Epsilon = Real("layer_norm_epsilon", 1e-5), Activation = Text("activation_function", "gelu_new"),
            Tied = Flag("tie_word_embeddings", family == "gpt2"), Dropout = Real("resid_pdrop", 0.1),
            ScaleAttention = Flag("scale_attn_weights", true), ScaleByLayer = Flag("scale_attn_by_inverse_layer_idx", false), EndTokens = Ends(),
        };
        if (family == "gpt2") return configuration;
        var rotary = Whole("rotary_dim", configuration.HeadWidth);
        if (rotary < 2 || rotary > configuration.HeadWidth || rotary % 2 != 0)
            throw Bad($"\"rotary_dim\" is {rotary}, but a head has {configuration.HeadWidth} values; give an even number up to that");
        return configuration with { RotaryWidth = rotary };
    }

    private ModelConfiguration Llama(string family)
    {
        if (family == "qwen2" && Flag("use_sliding_window", false) && Whole("max_window_layers", 0) < Whole("num_hidden_layers"))
            throw Bad("\"use_sliding_window\" with windows in some layers only is not supported; set it to false");
        var configuration = Common(family, "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings") with
        {
            Epsilon = Real("rms_norm_eps", 1e-6), Activation = Text("hidden_act", "silu"), Tied = Flag("tie_word_embeddings", false),
            QueryBias = family == "qwen2" || Flag("attention_bias", false), OutputBias = family != "qwen2" && Flag("attention_bias", false),
            InnerBias = Flag("mlp_bias", false), Window = family == "mistral" && Whole("sliding_window", 0) is > 0 and var window ? window : null,
            EndTokens = Ends(),
        };
        var keyHeads = Whole("num_key_value_heads", configuration.Heads);
        var headWidth = Whole("head_dim", configuration.HeadWidth);
        if (keyHeads < 1 || configuration.Heads % keyHeads != 0)
            throw Bad($"{configuration.Heads} heads cannot share {keyHeads} key heads evenly (\"num_key_value_heads\")");
        // Newer files keep the base and the scaling together in "rope_parameters".
        var rope = _json["rope_parameters"] is JsonObject own ? new ConfigurationReader(own) : this;
        return configuration with
        {
            KeyHeads = keyHeads, HeadWidth = headWidth, RotaryBase = rope.Real("rope_theta", 10000),
            Scaling = Scaling(_json["rope_parameters"] ?? _json["rope_scaling"]),
        };
    }

    private static RotaryScaling? Scaling(JsonNode? node)
    {
        if (node is null) return null;
        if (node is not JsonObject json) throw Bad("\"rope_scaling\" is not an object");
        var reader = new ConfigurationReader(json);
        var kind = reader.Text("rope_type", reader.Text("type", "default"));
        var scaling = kind switch
        {
            "default" => null,
            "linear" => new RotaryScaling(kind, reader.Real("factor", 0)),
            "llama3" => new RotaryScaling(
                kind, reader.Real("factor", 0), reader.Real("low_freq_factor", 0), reader.Real("high_freq_factor", 0), reader.Real("original_max_position_embeddings", 0)),
            _ => throw Bad($"rope scaling \"{kind}\" is not supported; supported are linear and llama3"),
        };
        if (scaling is not null && (scaling.Factor <= 0 || scaling.LowFactor <= 0 || scaling.HighFactor <= scaling.LowFactor || scaling.Original <= 0))
            throw Bad($"rope scaling \"{kind}\" has factors that are missing or not positive: {json.ToJsonString()}");
        return scaling;
    }

    private ModelConfiguration Common(string family, string width, string layers, string heads, string innerKey, string positions, int? inner = null)
    {
        var (w, h) = (Whole(width), Whole(heads));
        if (h < 1 || w < 1) throw Bad($"\"{width}\" {w} and \"{heads}\" {h} must be at least 1");
        if (_json["head_dim"] is null && w % h != 0) throw Bad($"\"{width}\" {w} is not a multiple of \"{heads}\" {h}");
        return new ModelConfiguration
        {
            Family = family, VocabularySize = Whole("vocab_size"), Width = w, Layers = Whole(layers), Heads = h, KeyHeads = h, HeadWidth = w / h,
            Inner = Whole(innerKey, inner), MaxPositions = Whole(positions), Epsilon = 0, Activation = "", Tied = false,
            InitializerRange = Real("initializer_range", 0.02), Json = (JsonObject)_json.DeepClone(),
        };
    }

    private static ModelConfiguration Checked(ModelConfiguration configuration)
    {
        void Range(string what, long value, long most)
        {
            if (value < 1 || value > most) throw Bad($"{what} is {value}; it must lie between 1 and {most}");
        }
        Range("the vocabulary size", configuration.VocabularySize, 1 << 24);
        Range("the width", configuration.Width, 1 << 20);
        Range("the number of layers", configuration.Layers, 4096);
        Range("the number of heads", configuration.Heads, 1 << 16);
        Range("the head width", configuration.HeadWidth, 1 << 16);
        Range("the inner width", configuration.Inner, 1 << 22);
        Range("the number of positions", configuration.MaxPositions, 1 << 27);
        if (configuration.Segments is < 0 or > 1024) throw Bad($"\"type_vocab_size\" is {configuration.Segments}; it must lie between 0 and 1024");
        if (configuration.Family is "llama" or "mistral" or "qwen2" && configuration.HeadWidth % 2 != 0) throw Bad($"the head width {configuration.HeadWidth} is odd; rotary positions need pairs");
        if (!double.IsFinite(configuration.Epsilon) || configuration.Epsilon < 0) throw Bad($"the norm's epsilon is {configuration.Epsilon}");
        if (!double.IsFinite(configuration.RotaryBase) || configuration.RotaryBase <= 0) throw Bad($"\"rope_theta\" is {configuration.RotaryBase}");
        _ = Models.Activation.Named(configuration.Activation);
        return configuration;
    }

    private IReadOnlyList<int> Ends() => _json["eos_token_id"] switch
    {
        null => [],
        JsonArray list => [.. list.Select((_, i) => i).Select(i => Number(list[i], "eos_token_id"))],
        var one => [Number(one, "eos_token_id")],
    };

    private string Text(string key, string otherwise) => _json[key] switch
    {
        null => otherwise,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw Bad($"\"{key}\" is {Short(other)}; it must be a text"),
    };

    private int Whole(string key, int? otherwise = null) =>
        _json[key] is { } value ? Number(value, key) : otherwise ?? throw Bad($"\"{key}\" is missing");

    private static int Number(JsonNode? node, string key) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
        && int.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"\"{key}\" is {Short(node)}; it must be a whole number");

    private double Real(string key, double otherwise) => _json[key] switch
    {
        null => otherwise,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number
            && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        var other => throw Bad($"\"{key}\" is {Short(other)}; it must be a number"),
    };

    private bool Flag(string key, bool otherwise) => _json[key] switch
    {
        null => otherwise,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw Bad($"\"{key}\" is {Short(other)}; it must be true or false"),
    };

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text[..Math.Min(60, text.Length)] : "null";

    private static InvalidDataException Bad(string what) => new($"config.json: {what}");
}
