using System.IO.Compression;
using Grpc.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>The options of one service, those for all services taken into account.</summary>
internal sealed record ServingOptions(
    int? MaxSend, int? MaxReceive, bool DetailedErrors, string? Compression, CompressionLevel? Level, Encodings Encodings, IReadOnlyList<InterceptorRegistration> Interceptors)
{
    public static ServingOptions Of(GrpcServiceOptions all, GrpcServiceOptions one)
    {
        var compression = one.ResponseCompressionAlgorithm ?? all.ResponseCompressionAlgorithm;
        var encodings = new Encodings([.. all.CompressionProviders, .. one.CompressionProviders]);
        if (compression is not null and not Encodings.Identity && encodings.Find(compression) is null)
            throw new InvalidOperationException($"ResponseCompressionAlgorithm is \"{compression}\", which no compression provider offers; there are {encodings.Names}");
        return new ServingOptions(
            one.IsMaxSendSet ? one.MaxSendMessageSize : all.MaxSendMessageSize,
            one.IsMaxReceiveSet ? one.MaxReceiveMessageSize : all.MaxReceiveMessageSize,
            one.EnableDetailedErrors ?? all.EnableDetailedErrors ?? false,
            compression,
            one.ResponseCompressionLevel ?? all.ResponseCompressionLevel,
            encodings,
            [.. all.Interceptors, .. one.Interceptors]);
    }
}
