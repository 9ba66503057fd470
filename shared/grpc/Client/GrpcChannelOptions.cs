using Grpc.Core;
using Grpc.Net.Compression;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>How a <see cref="GrpcChannel"/> reaches its server.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Must suit the address: insecure for <c>http</c>, TLS for <c>https</c>; null goes by the address.</summary>
    public ChannelCredentials? Credentials { get; set; }

    /// <summary>The longest request, in bytes; null for any, the default.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>The longest response, in bytes; null for any. 4 MiB by default.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>Compressions beside gzip and deflate.</summary>
    public IList<ICompressionProvider>? CompressionProviders { get; set; }

    /// <summary>Where the channel logs.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Makes the HTTP calls. Give this, or <see cref="HttpHandler"/>, or neither.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>Makes the HTTP calls. Give this, or <see cref="HttpClient"/>, or neither.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether the channel disposes the client or handler it was given.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Whether a call that its caller cancelled, or whose deadline passed here, throws <see cref="OperationCanceledException"/> instead of <see cref="RpcException"/>.</summary>
    public bool ThrowOperationCanceledOnCancellation { get; set; }

    /// <summary>Whether call credentials may be sent without TLS, where anyone on the way can read them.</summary>
    public bool UnsafeUseInsecureChannelCallCredentials { get; set; }

    /// <summary>The HTTP version to ask for; 2.0 by default.</summary>
    public Version? HttpVersion { get; set; }

    /// <summary>Whether another HTTP version will do; none does by default.</summary>
    public HttpVersionPolicy? HttpVersionPolicy { get; set; }

    /// <summary>Where the channel finds what it is not given here.</summary>
    public IServiceProvider? ServiceProvider { get; set; }
}
