using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using Grpc.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>
/// One call as an HTTP request. It ends once, with the first of: the server's status, the caller's cancellation, the deadline, a broken connection;
/// whatever is waiting then fails with that status.
/// </summary>
internal sealed class HttpCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private static readonly MediaTypeHeaderValue s_contentType = new(HeaderNames.ContentType);
    private static readonly StreamPipeReaderOptions s_reading = new(bufferSize: 16 * 1024);
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly string? _host;
    private readonly CallOptions _options;
    private readonly DateTime? _deadline;
    private readonly ICompressionProvider? _compression;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly Timer? _timer;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Status> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<FrameReader?> _responding = Task.FromResult<FrameReader?>(null);
    private HttpResponseMessage? _response;
    private Metadata _trailers = [];
    private int _isEnding;

    public HttpCall(GrpcChannel channel, Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        (_channel, _method, _host, _options) = (channel, method, host, options);
        if (options.Headers?.GetValue(HeaderNames.WantedEncoding) is { } wanted and not Encodings.Identity)
            _compression = channel.Encodings.Find(wanted) ?? throw new InvalidOperationException($"Could not find compression provider for '{wanted}'.");
        channel.Add(this);
        _registration = options.CancellationToken.Register(static call => ((HttpCall<TRequest, TResponse>)call!).Cancelled(), this);
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue) _deadline = deadline.ToUniversalTime();
        if (_deadline is null) return;
        var left = _deadline.Value - DateTime.UtcNow;
        if (left <= TimeSpan.Zero) DeadlinePassed();
        else if (left < s_longestTimer) _timer = new Timer(static call => ((HttpCall<TRequest, TResponse>)call!).DeadlinePassed(), this, left, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Done when the call has; never fails.</summary>
    public Task<Status> Ended => _ended.Task;

    public Task<Metadata> ResponseHeaders => _headers.Task;

    public Status Status => _ended.Task.IsCompleted ? _ended.Task.Result : throw new InvalidOperationException("Unable to get the status because the call is not complete.");

    public Metadata Trailers => _ended.Task.IsCompleted ? _trailers : throw new InvalidOperationException("Can't get the call trailers because the call has not completed successfully.");

    public bool HasSingleResponse => _method.Type is MethodType.Unary or MethodType.ClientStreaming;

    public WriteOptions? WriteOptions => _options.WriteOptions;

    /// <summary>Cancelled when the call has ended in any other way than by the server's word.</summary>
    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>Sends a call with one request.</summary>
    public void Start(TRequest request)
    {
        try
        {
            var body = new ArrayBufferWriter<byte>();
            Serialize(body, request, _options.WriteOptions);
            _responding = RespondAsync(new ReadOnlyMemoryContent(body.WrittenMemory));
        }
        catch (Exception e)
        {
            End(Failure.StatusOf(e), []);
        }
    }

    /// <summary>Sends a call whose requests come later.</summary>
    public StreamContent StartStream()
    {
        var content = new StreamContent();
        _responding = RespondAsync(content);
        return content;
    }

    public void Serialize(IBufferWriter<byte> body, TRequest request, WriteOptions? options)
    {
        var isPlain = (options?.Flags ?? default).HasFlag(WriteFlags.NoCompress);
        _channel.Frames.Write(body, request, _method.RequestMarshaller.ContextualSerializer, isPlain ? null : _compression);
    }

    /// <summary>Waits for the only response and the status.</summary>
    /// <exception cref="RpcException">The call did not succeed.</exception>
    public async Task<TResponse> SingleResponseAsync()
    {
        var response = await ReadAsync(CancellationToken.None);
        // What follows the response must be the end.
        if (response is not null && await ReadAsync(CancellationToken.None) is not null)
            End(new Status(StatusCode.Internal, "Unexpected data after finished reading message."), []);
        var status = await Ended;
        if (status.StatusCode != StatusCode.OK) throw Exception(status);
        return response ?? throw Exception(new Status(StatusCode.Internal, "Failed to deserialize response message."));
    }

    /// <summary>The next response; null when there is none because the call has ended, well or not.</summary>
    public async ValueTask<TResponse?> ReadAsync(CancellationToken cancellation)
    {
        var frames = await _responding;
        if (frames is null || Ended.IsCompleted) return null;
        using var registration = cancellation.Register(static call => ((HttpCall<TRequest, TResponse>)call!).Cancelled(), this);
        try
        {
            var message = await frames.ReadAsync(_method.ResponseMarshaller.ContextualDeserializer, _cancellation.Token);
            if (message is null) EndByTrailers();
            return message;
        }
        catch (Exception e)
        {
            End(Failure.StatusOf(e), []);
            return null;
        }
    }

    /// <summary>What a caller sees of a call that ended with <paramref name="status"/>.</summary>
    public Exception Exception(Status status) =>
        _channel.Options.ThrowOperationCanceledOnCancellation && _cancellation.IsCancellationRequested && status.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded
            ? new OperationCanceledException(status.Detail, new RpcException(status, _trailers), _options.CancellationToken)
            : new RpcException(status, _trailers);

    public void Dispose() => End(new Status(StatusCode.Cancelled, "gRPC call disposed."), []);

    public void Cancelled() => End(new Status(StatusCode.Cancelled, "Call canceled by the client."), []);

    /// <summary>Ends the call for something that went wrong on this side.</summary>
    public void Fail(Exception e) => End(Failure.StatusOf(e), []);

    private void DeadlinePassed() => End(new Status(StatusCode.DeadlineExceeded, ""), []);

    /// <summary>Sends the request and looks at the head of the response; null when that is all there is.</summary>
    private async Task<FrameReader?> RespondAsync(HttpContent content)
    {
        try
        {
            // Ended before it began (a deadline in the past): nothing is sent.
            if (Ended.IsCompleted) return null;
            var request = await RequestAsync(content);
            var response = await _channel.SendAsync(request, _cancellation.Token);
            _response = response;
            if (Ended.IsCompleted)
            {
                // Ended while the answer was on its way.
                response.Dispose();
                return null;
            }
            if (ResponseHead.Problem(response) is { } problem)
            {
                End(problem, ResponseHead.Metadata(response.Headers));
                return null;
            }
            var headers = ResponseHead.Metadata(response.Headers);
            if (ResponseHead.Status(response.Headers) is { } status)
            {
                // Trailers only: the headers are the trailers.
                _headers.TrySetResult(headers);
                End(status, headers);
                return null;
            }
            _headers.TrySetResult(headers);
            var stream = await response.Content.ReadAsStreamAsync(_cancellation.Token);
            return new FrameReader(PipeReader.Create(stream, s_reading), _channel.Options.MaxReceiveMessageSize, _channel.Encodings) { Encoding = ResponseHead.Encoding(response) };
        }
        catch (Exception e)
        {
            if (!Ended.IsCompleted) _channel.Logger.LogDebug(e, "{Method} did not get an answer", _method.FullName);
            End(Failure.StatusOf(e), []);
            return null;
        }
    }

    private async ValueTask<HttpRequestMessage> RequestAsync(HttpContent content)
    {
        var path = new Uri(_channel.Address, _method.FullName);
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = _channel.Options.HttpVersion ?? System.Net.HttpVersion.Version20,
            VersionPolicy = _channel.Options.HttpVersionPolicy ?? HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = s_contentType;
        var headers = request.Headers;
        if (_host is not null) headers.Host = _host;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", "grpc-dotnet/2.76.0");
        headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, _channel.Encodings.Names);
        if (_compression is not null) headers.TryAddWithoutValidation(HeaderNames.Encoding, _compression.EncodingName);
        foreach (var entry in _options.Headers ?? []) Add(headers, entry);

        var credentials = _options.Credentials is { } own ? _channel.CallCredentials.Append(own) : _channel.CallCredentials;
        if (_channel.IsSecure || _channel.Options.UnsafeUseInsecureChannelCallCredentials)
        {
            var proof = new Metadata();
            await CallSecurity.AddAsync(credentials, new AuthInterceptorContext(new Uri(_channel.Address, "/" + _method.ServiceName).ToString(), _method.Name, _cancellation.Token), proof);
            foreach (var entry in proof) Add(headers, entry);
        }
        // Last, so that the time that credentials take is counted.
        if (_deadline is { } deadline) headers.TryAddWithoutValidation(HeaderNames.Timeout, TimeoutText.Encode(deadline - DateTime.UtcNow));
        return request;
    }

    private static void Add(HttpRequestHeaders headers, Metadata.Entry entry)
    {
        if (!HeaderNames.IsReserved(entry.Key)) headers.TryAddWithoutValidation(entry.Key, WireMetadata.Value(entry));
    }

    private void EndByTrailers()
    {
        var trailers = _response!.TrailingHeaders;
        End(ResponseHead.Status(trailers) ?? new Status(StatusCode.Cancelled, "No grpc-status found on response."), ResponseHead.Metadata(trailers), byServer: true);
    }

    private void End(Status status, Metadata trailers, bool byServer = false)
    {
        if (Interlocked.Exchange(ref _isEnding, 1) != 0) return;
        _trailers = trailers;
        _ended.TrySetResult(status);
        if (_headers.TrySetException(new RpcException(status, trailers)))
        {
            // Many callers never ask for the headers: that is no forgotten failure.
            _ = _headers.Task.Exception;
        }
        _timer?.Dispose();
        _registration.Unregister();
        _channel.Remove(this);
        // Resets the stream if the server has not closed it.
        if (!byServer) _cancellation.Cancel();
        _response?.Dispose();
    }
}
