using MindBridge.Inference.Generating;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.Rpc;

/// <summary>What inference holds as gRPC writes it, and back.</summary>
internal static class WireForms
{
    private const int MostOptions = 16, MostExamples = 32;

    /// <exception cref="ArgumentException">The probe cannot be scored; the message names its place.</exception>
    public static Probe Probe(Wire.Probe probe, int place)
    {
        var kind = (ProbeKind)probe.Kind;
        if (!Enum.IsDefined(kind)) throw new ArgumentException($"probe {place}: kind is {(int)probe.Kind}; give one of {string.Join(", ", Enum.GetNames<ProbeKind>())}");
        if (string.IsNullOrWhiteSpace(probe.Prompt)) throw new ArgumentException($"probe {place}: prompt is empty; give at least one word");
        if (string.IsNullOrWhiteSpace(probe.Answer) && !Protocol.IsLocality(kind)) throw new ArgumentException($"probe {place}: answer is empty; only locality probes may leave it to the unedited LLM");
        return new Probe { Kind = kind, Prompt = probe.Prompt, Answer = probe.Answer, OldAnswer = Absent(probe.OldAnswer), EditId = Absent(probe.EditId) };
    }

    /// <exception cref="ArgumentException">The item cannot be scored; the message names its place.</exception>
    public static AbilityItem Item(Wire.Probe item, int place)
    {
        if (string.IsNullOrWhiteSpace(item.Prompt)) throw new ArgumentException($"probe {place}: prompt is empty; give at least one word");
        if (string.IsNullOrWhiteSpace(item.Answer)) throw new ArgumentException($"probe {place}: answer is empty; give the right option, or the rest of the passage");
        if (item.Options.Count == 1 || item.Options.Count > MostOptions || item.Options.Any(string.IsNullOrWhiteSpace)) throw new ArgumentException($"probe {place}: {item.Options.Count} options are given; give 2 to {MostOptions} that are not empty, or none for a passage");
        if (item.Options.Count > 0 && !item.Options.Contains(item.Answer)) throw new ArgumentException($"probe {place}: the answer \"{item.Answer}\" is none of the options; give it as one of them");
        if (item.Options.Count == 0 && item.Examples.Count > 0) throw new ArgumentException($"probe {place}: a passage has examples; leave them out, or give options");
        if (item.Examples.Count > MostExamples) throw new ArgumentException($"probe {place}: {item.Examples.Count} examples are given; give at most {MostExamples}");
        return new AbilityItem(item.Prompt, item.Answer, item.Options, item.Examples);
    }

    public static TextRequest Text(Wire.GenerateRequest request) => new()
    {
        Prompt = request.Prompt,
        MaxTokens = request.MaxTokens,
        Temperature = request.Temperature,
        TopK = request.TopK,
        TopP = request.TopP == 0 ? 1 : request.TopP,
        PresencePenalty = request.PresencePenalty,
        FrequencyPenalty = request.FrequencyPenalty,
        Seed = request.Seed,
        Stop = [.. request.Stop],
        NaturalStop = request.NaturalStop,
        IgnoreEnd = request.IgnoreEnd,
    };

    public static Wire.GeneratedPiece Piece(TextPiece piece)
    {
        var made = new Wire.GeneratedPiece { Text = piece.Text };
        if (piece.End is { } end) (made.FinishReason, made.PromptTokens, made.CompletionTokens) = (end.Reason, end.PromptTokens, end.Tokens);
        return made;
    }

    public static Wire.Served Served(Served served, long sequence) => new()
    {
        Tenant = served.Manifest.TenantId,
        MemoryId = served.Manifest.MemoryId.ToString(),
        LlmId = served.Manifest.LlmId.ToString(),
        BridgeId = served.BridgeId,
        EncoderIds = { served.EncoderIds },
        Sequence = sequence,
        CommitSequence = served.Manifest.Commit,
    };

    private static string? Absent(string text) => text.Length == 0 ? null : text;
}
