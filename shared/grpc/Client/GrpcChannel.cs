using Grpc.Compression;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Grpc.Net.Client;

/// <summary>A way to one server. Connections open when calls need them and are shared by all calls; keep a channel and reuse it.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly HashSet<IDisposable> _calls = [];
    private readonly HttpMessageInvoker _http;
    private readonly bool _ownsHttp;
    private bool _isDisposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"\"{address}\" is no gRPC address; give http://host:port or https://host:port", nameof(address));
        if (options is { HttpClient: not null, HttpHandler: not null })
            throw new ArgumentException($"{nameof(GrpcChannelOptions.HttpClient)} and {nameof(GrpcChannelOptions.HttpHandler)} have been configured. Only one HTTP caller can be specified.", nameof(options));
        Address = address;
        IsSecure = address.Scheme == Uri.UriSchemeHttps;
        Options = options;
        Encodings = new Encodings(options.CompressionProviders);
        Frames = new FrameWriter(options.MaxSendMessageSize);
        CallCredentials = ChannelSecurity.Check(options, IsSecure);
        Logger = (options.LoggerFactory ?? options.ServiceProvider?.GetService(typeof(ILoggerFactory)) as ILoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Grpc.Net.Client.GrpcChannel");
        _ownsHttp = options.DisposeHttpClient || options is { HttpClient: null, HttpHandler: null };
        _http = options.HttpClient ?? new HttpMessageInvoker(options.HttpHandler ?? DefaultHandler(), _ownsHttp);
    }

    internal Uri Address { get; }

    internal bool IsSecure { get; }

    internal GrpcChannelOptions Options { get; }

    internal Encodings Encodings { get; }

    internal FrameWriter Frames { get; }

    internal IReadOnlyList<CallCredentials> CallCredentials { get; }

    internal ILogger Logger { get; }

    /// <summary>A channel to an address, <c>http://host:port</c> or <c>https://host:port</c>.</summary>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to an address, <c>http://host:port</c> or <c>https://host:port</c>.</summary>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) => ForAddress(new Uri(address), channelOptions);

    /// <summary>A channel to an address, <c>http://host:port</c> or <c>https://host:port</c>.</summary>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <summary>A channel to an address, <c>http://host:port</c> or <c>https://host:port</c>.</summary>
    /// <exception cref="ArgumentException">The address is neither, or two HTTP callers were given.</exception>
    /// <exception cref="InvalidOperationException">The credentials do not suit the address.</exception>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(channelOptions);
        return new GrpcChannel(address, channelOptions);
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new HttpCallInvoker(this);
    }

    /// <summary>Cancels every call and closes the connections.</summary>
    public void Dispose()
    {
        IDisposable[] calls;
        lock (_calls)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            calls = [.. _calls];
        }
        foreach (var call in calls) call.Dispose();
        if (_ownsHttp) _http.Dispose();
    }

    // HttpClient would wait for the whole body unless told otherwise.
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => _http is HttpClient client
        ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
        : _http.SendAsync(request, cancellation);

    internal void Add(IDisposable call)
    {
        lock (_calls)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _calls.Add(call);
        }
    }

    internal void Remove(IDisposable call)
    {
        lock (_calls) _calls.Remove(call);
    }

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore()
    {
        Dispose();
        return Task.CompletedTask;
    }

    // A connection carries about a hundred calls at once; a second one opens instead of making the next call wait.
    private static SocketsHttpHandler DefaultHandler() => new() { EnableMultipleHttp2Connections = true, AllowAutoRedirect = false, UseCookies = false };
}
