using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How services are served: all of them, or (as <see cref="GrpcServiceOptions{TService}"/>) one.</summary>
public class GrpcServiceOptions
{
    internal const int DefaultReceiveMaximum = 4 * 1024 * 1024;

    private int? _maxReceive = DefaultReceiveMaximum;
    private int? _maxSend;

    /// <summary>The longest response, in bytes; null for any, the default.</summary>
    public int? MaxSendMessageSize
    {
        get => _maxSend;
        set => (_maxSend, IsMaxSendSet) = (value, true);
    }

    /// <summary>The longest request, in bytes; null for any. 4 MiB by default.</summary>
    public int? MaxReceiveMessageSize
    {
        get => _maxReceive;
        set => (_maxReceive, IsMaxReceiveSet) = (value, true);
    }

    /// <summary>Whether clients are told the exceptions of service methods; false by default, since they may hold secrets.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The compression of responses, such as <c>gzip</c>, for clients that accept it; none by default.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard responses are compressed; the compression's own choice by default.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>Compressions beside gzip and deflate.</summary>
    public IList<ICompressionProvider> CompressionProviders { get; set; } = [];

    /// <summary>Whether calls of unknown services and methods are left to the rest of the application; otherwise they are <c>Unimplemented</c>.</summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>Stand between the wire and the service, the first one outermost; those for all services before those for one.</summary>
    public InterceptorCollection Interceptors { get; } = [];

    internal bool IsMaxSendSet { get; private set; }

    internal bool IsMaxReceiveSet { get; private set; }
}

/// <summary>How one service is served, where it differs from the others.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class;
