using MindBridge.Inference.Generating;
using MindBridge.Inference.LoadingBridges;
using MindBridge.Memory.Scoring;
using MindBridge.Memory.Scoring.Protocols;
using Wire = MindBridge.Contracts.V1;

namespace MindBridge.Inference.Rpc;

/// <summary>What inference holds as gRPC writes it, and back.</summary>
internal static class WireForms
{
    /// <exception cref="ArgumentException">The probe cannot be scored; the message names its place.</exception>
    public static Probe Probe(Wire.Probe probe, int place)
    {
        var kind = (ProbeKind)probe.Kind;
        if (!Enum.IsDefined(kind)) throw new ArgumentException($"probe {place}: kind is {(int)probe.Kind}; give one of {string.Join(", ", Enum.GetNames<ProbeKind>())}");
        if (string.IsNullOrWhiteSpace(probe.Prompt)) throw new ArgumentException($"probe {place}: prompt is empty; give at least one word");
        if (string.IsNullOrWhiteSpace(probe.Answer) && !Protocol.IsLocality(kind)) throw new ArgumentException($"probe {place}: answer is empty; only locality probes may leave it to the unedited LLM");
        return new Probe { Kind = kind, Prompt = probe.Prompt, Answer = probe.Answer, OldAnswer = Absent(probe.OldAnswer), EditId = Absent(probe.EditId) };
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
