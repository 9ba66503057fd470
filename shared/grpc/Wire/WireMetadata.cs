using Grpc.Core;

namespace Grpc.Wire;

/// <summary>Metadata as HTTP headers.</summary>
internal static class WireMetadata
{
    public static string Value(Metadata.Entry entry) => entry.IsBinary ? BinaryText.Encode(entry.Bytes) : entry.Value;

    /// <summary>Adds a header unless it is HTTP's or gRPC's own. One binary header may hold several values, with commas between them.</summary>
    public static void Add(Metadata metadata, string name, string? value)
    {
        if (value is null || HeaderNames.IsReserved(name)) return;
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
        {
            metadata.Add(name, value);
            return;
        }
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            try
            {
                metadata.Add(name, BinaryText.Decode(part));
            }
            catch (FormatException e)
            {
                throw new RpcException(new Status(StatusCode.Internal, $"Error parsing binary metadata value of \"{name}\".", e));
            }
        }
    }
}
