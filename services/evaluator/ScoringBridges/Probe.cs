using System.Text.Json;
using System.Text.Json.Serialization;

namespace MindBridge.Evaluator.ScoringBridges;

/// <summary>What a probe measures; the names are those of the probe sets.</summary>
internal enum ProbeKind
{
    Reliability,
    Generality,
    LocalityNeighbour,
    LocalityHeldOut,
    LocalitySameSubject,
    Portability,
}

/// <summary>A prompt that scores, as a probe set holds it: one JSON object a line.</summary>
internal sealed record Probe(ProbeKind Kind, string Prompt, string Answer, string? OldAnswer, string? EditId)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <exception cref="InvalidDataException">The line is no probe; the message names it.</exception>
    public static Probe Read(string json, string set, int line)
    {
        try
        {
            var probe = JsonSerializer.Deserialize<Probe>(json, s_json);
            return probe is { Prompt.Length: > 0, Answer: not null } ? probe : throw new InvalidDataException($"probe set {set}, line {line}: prompt or answer is missing; train the encoder again");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"probe set {set}, line {line} is no probe ({e.Message}); train the encoder again", e);
        }
    }
}
