using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// One call on an HTTP request. It ends once: when its method has returned, or when its deadline has passed, in which case the client has its answer
/// at once and the method finds its token cancelled and its streams closed.
/// </summary>
internal sealed class HttpServerCallContext(HttpContext http, ServingOptions options) : ServerCallContext, IDisposable
{
    private const uint NoError = 0;
    private const uint Cancel = 8;

    // A timer's longest time; a deadline beyond it never rings.
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _cancellation;
    private Timer? _timer;
    private DateTime _deadline = DateTime.MaxValue;
    private Metadata? _requestHeaders;
    private Metadata? _trailers;
    private AuthContext? _authContext;
    private ICompressionProvider? _compression;
    private Task _write = Task.CompletedTask;
    private bool _isEnded;

    public HttpContext Http => http;

    /// <summary>Done when the deadline's answer has left; only of interest once <see cref="TryEnd"/> has said false.</summary>
    public Task DeadlineAnswered => _answered.Task;

    protected override string MethodCore => http.Request.Path.Value!;

    protected override string HostCore => http.Request.Host.Value ?? "";

    protected override DateTime DeadlineCore => _deadline;

    protected override CancellationToken CancellationTokenCore => _cancellation?.Token ?? http.RequestAborted;

    protected override Metadata ResponseTrailersCore => _trailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override string PeerCore
    {
        get
        {
            var connection = http.Connection;
            return connection.RemoteIpAddress switch
            {
                null => "unknown",
                { AddressFamily: AddressFamily.InterNetwork } or { IsIPv4MappedToIPv6: true } => $"ipv4:{connection.RemoteIpAddress.MapToIPv4()}:{connection.RemotePort}",
                var address => $"ipv6:[{address}]:{connection.RemotePort}",
            };
        }
    }

    protected override Metadata RequestHeadersCore
    {
        get
        {
            if (_requestHeaders is not null) return _requestHeaders;
            var headers = new Metadata();
            foreach (var (name, values) in http.Request.Headers)
                foreach (var value in values) WireMetadata.Add(headers, name, value);
            return _requestHeaders = headers;
        }
    }

    // An interceptor may hide this context behind its own; the request is found here even so.
    protected override IDictionary<object, object> UserStateCore
    {
        get
        {
            var state = base.UserStateCore;
            state.TryAdd(ServerCallContextExtensions.HttpContextKey, http);
            return state;
        }
    }

    protected override AuthContext AuthContextCore => _authContext ??= Authenticated(http.Connection.ClientCertificate);

    /// <summary>Sets what every response starts with, and the clock.</summary>
    public void Begin()
    {
        http.Response.ContentType = HeaderNames.ContentType;
        var headers = http.Response.Headers;
        headers[HeaderNames.AcceptEncoding] = options.Encodings.Names;
        Choose(options.Compression);
        if (!TimeoutText.TryDecode(http.Request.Headers[HeaderNames.Timeout], out var timeout) || timeout >= s_longestTimer) return;
        _deadline = DateTime.UtcNow + timeout;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        _timer = new Timer(static state => ((HttpServerCallContext)state!).OnDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the call for the method; false if the deadline has ended it before.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (_isEnded) return false;
            return _isEnded = true;
        }
    }

    /// <summary>Sends the headers if they have not been sent; they must be before the first byte of the body is written.</summary>
    public Task StartAsync() => http.Response.HasStarted ? Task.CompletedTask : http.Response.StartAsync(CancellationToken.None);

    public void WriteFrame<T>(FrameWriter frames, T message, Marshaller<T> marshaller, WriteOptions? written = null)
    {
        var flags = (written ?? WriteOptions)?.Flags ?? default;
        frames.Write(http.Response.BodyWriter, message, marshaller.ContextualSerializer, flags.HasFlag(WriteFlags.NoCompress) ? null : _compression, options.Level);
    }

    /// <summary>Runs a write unless the call has ended or another one is under way.</summary>
    public Task Write(Func<CancellationToken, Task> write, CancellationToken cancellation)
    {
        lock (_gate)
        {
            EnsureOpen("Can't write the message because the request is complete.");
            if (!_write.IsCompleted) throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
            cancellation.ThrowIfCancellationRequested();
            return _write = cancellation.CanBeCanceled && cancellation != CancellationToken ? Linked(write, cancellation) : write(CancellationToken);
        }
    }

    public void EnsureOpen(string otherwise)
    {
        if (_isEnded) throw new InvalidOperationException(otherwise);
    }

    /// <summary>Ends the response: with trailers if it has started, else with headers alone.</summary>
    public void WriteStatus(Status status, Metadata? trailers)
    {
        var target = http.Response.HasStarted ? http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers : http.Response.Headers;
        // The connection has gone, and with it everyone who would read this.
        if (target is null or { IsReadOnly: true } || http.RequestAborted.IsCancellationRequested) return;
        Append(target, trailers ?? Metadata.Empty);
        Refusal.Write(target, status);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _cancellation?.Dispose();
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        if (http.Response.HasStarted) throw new InvalidOperationException("Response headers can only be sent once per call.");
        if (responseHeaders.GetValue(HeaderNames.WantedEncoding) is { } wanted) Choose(wanted);
        Append(http.Response.Headers, responseHeaders);
        return Write(async cancellation =>
        {
            await StartAsync();
            await http.Response.BodyWriter.FlushAsync(cancellation);
        }, default);
    }

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("pass Deadline and CancellationToken of this call to the calls made on its behalf instead");

    private static void Append(IHeaderDictionary headers, Metadata metadata)
    {
        foreach (var entry in metadata)
            if (!HeaderNames.IsReserved(entry.Key)) headers.Append(entry.Key, WireMetadata.Value(entry));
    }

    private async Task Linked(Func<CancellationToken, Task> write, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, CancellationToken);
        await write(either.Token);
    }

    private static AuthContext Authenticated(X509Certificate2? certificate)
    {
        var properties = new Dictionary<string, List<AuthProperty>>(StringComparer.Ordinal);
        if (certificate is null) return new AuthContext(null, properties);
        Add("x509_subject_alternative_name", certificate.GetNameInfo(X509NameType.DnsFromAlternativeName, forIssuer: false));
        Add("x509_common_name", certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        return new AuthContext(properties.Keys.FirstOrDefault(), properties);

        void Add(string name, string value)
        {
            if (!string.IsNullOrWhiteSpace(value)) properties[name] = [AuthProperty.Create(name, Encoding.UTF8.GetBytes(value))];
        }
    }

    /// <summary>Compresses responses this way if the client understands it.</summary>
    private void Choose(string? encoding)
    {
        string accepted = http.Request.Headers[HeaderNames.AcceptEncoding].ToString();
        _compression = encoding is null or Encodings.Identity || !Encodings.Lists(accepted, encoding) ? null : options.Encodings.Find(encoding);
        http.Response.Headers[HeaderNames.Encoding] = _compression?.EncodingName ?? Encodings.Identity;
    }

    private void OnDeadline() => _ = AnswerDeadlineAsync();

    private async Task AnswerDeadlineAsync()
    {
        Task write;
        lock (_gate)
        {
            if (_isEnded) return;
            _isEnded = true;
            write = _write;
        }
        try
        {
            var isStuck = !write.IsCompleted;
            await _cancellation!.CancelAsync();
            await Task.WhenAny(write);
            if (!isStuck)
            {
                // Not from the context's own status and trailers: the method may be writing to them still.
                WriteStatus(new Status(StatusCode.DeadlineExceeded, "Deadline Exceeded"), trailers: null);
                await http.Response.CompleteAsync();
            }
            // A client that did not read its responses does not read trailers either, and one that is still sending may stop.
            http.Features.Get<IHttpResetFeature>()?.Reset(isStuck ? (int)Cancel : (int)NoError);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection broke at the same moment.
        }
        finally
        {
            _answered.TrySetResult();
        }
    }
}
