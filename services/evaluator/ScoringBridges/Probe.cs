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
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(allowIntegerValues: false) } };

    /// <summary>As a probe set holds it.</summary>
    public string ToLine() => JsonSerializer.Serialize(this, s_json);

    /// <summary>A probe of somebody's file.</summary>
    /// <exception cref="InvalidDataException">The line is no probe; the message says why.</exception>
    public static Probe Read(string json, int line)
    {
        try
        {
            var probe = JsonSerializer.Deserialize<Probe>(json, s_json) ?? throw new InvalidDataException($"line {line} is null; give a JSON object with kind, prompt and answer");
            if (string.IsNullOrWhiteSpace(probe.Prompt)) throw new InvalidDataException($"line {line}: prompt is empty; give the beginning of a sentence, or a question");
            if (string.IsNullOrWhiteSpace(probe.Answer) && probe.Kind is ProbeKind.Reliability or ProbeKind.Generality or ProbeKind.Portability) throw new InvalidDataException($"line {line}: answer is empty; give the answer that counts as a hit");
            // A locality probe's answer is what the unedited LLM says.
            return probe with { Answer = probe.Answer ?? "" };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"line {line} is no probe ({e.Message}); give a JSON object with kind ({string.Join(", ", Enum.GetNames<ProbeKind>())}), prompt and answer", e);
        }
    }

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
