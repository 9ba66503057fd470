using MindBridge.Inference.Generating;

namespace MindBridge.Inference.SpeakingOpenAi;

/// <summary>What both of OpenAI's calls ask for.</summary>
internal sealed record Asked
{
    private const int MostChoices = 16;

    public required string Model { get; init; }

    /// <summary>Answers to each prompt.</summary>
    public required int Choices { get; init; }

    public required bool Streams { get; init; }

    public required bool WithUsage { get; init; }

    /// <summary>Who asks, as the caller tells it.</summary>
    public string? User { get; init; }

    /// <summary>Everything but the prompt.</summary>
    public required TextRequest Text { get; init; }

    /// <exception cref="OpenAiArgumentException">A field will not do.</exception>
    public static Asked Of(RequestFields fields, int? maxTokens, int? alternatives)
    {
        Unsupported.Refuse(fields);
        var choices = fields.Whole("n") ?? 1;
        if (choices is < 1 or > MostChoices) throw new OpenAiArgumentException("n", $"n is {choices}; give 1 to {MostChoices}");
        var echoes = fields.Flag("echo");
        if (maxTokens < (echoes ? 0 : 1)) throw new OpenAiArgumentException("max_tokens", $"max_tokens is {maxTokens}; give 1 or more, or with echo 0 for the prompt alone");
        var temperature = fields.Number("temperature", 1);
        if (temperature is not (>= 0 and <= 2)) throw new OpenAiArgumentException("temperature", $"temperature is {temperature}; give 0 (greedy) to 2");
        var topP = fields.Number("top_p", 1);
        if (topP is not (> 0 and <= 1)) throw new OpenAiArgumentException("top_p", $"top_p is {topP}; give more than 0 and at most 1");
        var stop = fields.Texts("stop");
        return new Asked
        {
            Model = fields.Text("model") is { Length: > 0 } model ? model : throw new OpenAiArgumentException("model", "model is missing; GET /v1/models lists those there are"),
            Choices = choices,
            Streams = fields.Flag("stream"),
            WithUsage = fields.Find("stream_options") is { ValueKind: System.Text.Json.JsonValueKind.Object } options && new RequestFields(options).Flag("include_usage"),
            User = fields.Text("user") is { Length: > 0 } user ? user : null,
            Text = new TextRequest
            {
                Prompt = "",
                MaxTokens = maxTokens ?? 0,
                Temperature = temperature,
                TopP = topP,
                TopK = Math.Max(0, fields.Whole("top_k") ?? 0),
                PresencePenalty = Penalty(fields, "presence_penalty"),
                FrequencyPenalty = Penalty(fields, "frequency_penalty"),
                Seed = fields.Seed() ?? unchecked((ulong)Random.Shared.NextInt64()),
                Stop = stop,
                IgnoreEnd = fields.Flag("ignore_eos"),
                Alternatives = alternatives,
                Echoes = echoes,
                EchoesOnly = maxTokens == 0,
            },
        };
    }

    private static double Penalty(RequestFields fields, string name)
    {
        var penalty = fields.Number(name, 0);
        return penalty is >= -2 and <= 2 ? penalty : throw new OpenAiArgumentException(name, $"{name} is {penalty}; give -2 to 2");
    }
}
