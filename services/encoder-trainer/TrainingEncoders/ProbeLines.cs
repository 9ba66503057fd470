using System.Text.Json;
using System.Text.Json.Serialization;
using MindBridge.Memory.Scoring;

namespace MindBridge.EncoderTrainer.TrainingEncoders;

/// <summary>A probe set as it is stored: one JSON object a line.</summary>
internal static class ProbeLines
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static MemoryStream Of(IEnumerable<Probe> probes)
    {
        var lines = new MemoryStream();
        foreach (var probe in probes)
        {
            JsonSerializer.Serialize(lines, probe, Options);
            lines.WriteByte((byte)'\n');
        }

        lines.Position = 0;
        return lines;
    }
}
