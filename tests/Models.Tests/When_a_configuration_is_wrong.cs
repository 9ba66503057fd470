using System.Text.Json.Nodes;

namespace MindBridge.Models.Tests;

public sealed class When_a_configuration_is_wrong
{
    [Theory]
    [InlineData("gpt2", "n_head", "5", "not a multiple")]
    [InlineData("gpt2", "n_head", "0", "at least 1")]
    [InlineData("gpt2", "n_embd", "\"wide\"", "whole number")]
    [InlineData("gpt2", "n_embd", "2.5", "whole number")]
    [InlineData("gpt2", "n_layer", "-1", "layers is -1")]
    [InlineData("gpt2", "n_layer", "99999999", "layers is 99999999")]
    [InlineData("gpt2", "activation_function", "\"tanhh\"", "\"tanhh\" is not supported; supported are gelu")]
    [InlineData("gpt2", "activation_function", "3", "must be a text")]
    [InlineData("gpt2", "layer_norm_epsilon", "\"x\"", "must be a number")]
    [InlineData("gpt2", "tie_word_embeddings", "\"yes\"", "true or false")]
    [InlineData("gpt2", "eos_token_id", "\"end\"", "whole number")]
    [InlineData("gpt2", "vocab_size", "null", "\"vocab_size\" is missing")]
    [InlineData("gpt2", "model_type", "\"t5\"", "architecture \"t5\" is not supported; supported are bert, distilbert, gpt2, gptj, llama, mistral, qwen2")]
    [InlineData("gpt2", "model_type", "null", "\"model_type\" is missing")]
    [InlineData("gptj", "rotary_dim", "5", "rotary_dim")]
    [InlineData("gptj", "rotary_dim", "64", "rotary_dim")]
    [InlineData("bert", "position_embedding_type", "\"relative_key\"", "relative_key")]
    [InlineData("bert", "type_vocab_size", "-5", "type_vocab_size")]
    [InlineData("llama", "num_key_value_heads", "4", "key heads")]
    [InlineData("llama", "rope_scaling", "{\"rope_type\":\"yarn\",\"factor\":2.0}", "\"yarn\" is not supported; supported are linear and llama3")]
    [InlineData("llama", "rope_scaling", "{\"rope_type\":\"linear\"}", "factors")]
    [InlineData("llama", "rope_scaling", "7", "rope_scaling")]
    [InlineData("llama", "rope_theta", "-1.0", "rope_theta")]
    public void The_entry_is_named(string family, string key, string value, string says)
    {
        var json = SmallModels.Configuration(family).Json;
        json[key] = JsonNode.Parse(value);
        var message = Should.Throw<InvalidDataException>(() => ModelConfiguration.Parse(json)).Message;
        message.ShouldStartWith("config.json: ");
        message.ShouldContain(says);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public void A_file_that_is_no_json_object_is_refused(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], text);
        Should.Throw<InvalidDataException>(() => ModelConfiguration.From(folder.Path)).Message.ShouldStartWith("config.json: ");
    }

    [Fact]
    public void End_tokens_of_both_files_are_known()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["config.json"], SmallModels.Configuration("llama").Json.ToJsonString());
        File.WriteAllText(folder["generation_config.json"], """{"eos_token_id":[39,12]}""");
        ModelConfiguration.From(folder.Path).EndTokens.ShouldBe([39, 12]);
    }

    [Fact]
    public void Newer_rope_parameters_are_understood()
    {
        var json = SmallModels.Configuration("llama").Json;
        json.Remove("rope_theta");
        json["rope_parameters"] = new JsonObject { ["rope_type"] = "linear", ["factor"] = 2.0, ["rope_theta"] = 5000.0 };
        var configuration = ModelConfiguration.Parse(json);
        configuration.RotaryBase.ShouldBe(5000);
        configuration.Scaling.ShouldBe(new RotaryScaling("linear", 2));
    }
}
