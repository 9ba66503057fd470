using System.Collections.Immutable;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;

namespace Grpc.HealthCheck;

/// <summary>The standard health service: says what it has been told. Safe for use from any thread.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HealthCheckResponse.Types.ServingStatus> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableList<Channel<HealthCheckResponse.Types.ServingStatus>>> _watchers = new(StringComparer.Ordinal);

    /// <summary>Sets the status of a service; the empty name is the server as a whole.</summary>
    public void SetStatus(string service, HealthCheckResponse.Types.ServingStatus status)
    {
        lock (_gate)
        {
            if (_statuses.TryGetValue(service, out var before) && before == status) return;
            _statuses[service] = status;
            Tell(service, status);
        }
    }

    /// <summary>Forgets a service.</summary>
    public void ClearStatus(string service)
    {
        lock (_gate)
        {
            if (_statuses.Remove(service)) Tell(service, HealthCheckResponse.Types.ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>Forgets every service.</summary>
    public void ClearAll()
    {
        lock (_gate)
        {
            foreach (var service in _statuses.Keys.ToList()) ClearStatus(service);
        }
    }

    /// <summary>The status now.</summary>
    /// <exception cref="RpcException"><see cref="StatusCode.NotFound"/>: the service is unknown.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (_gate)
        {
            return _statuses.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, ""));
        }
    }

    /// <summary>The status now and whenever it changes, until the client leaves. A slow client misses what has been overtaken.</summary>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var news = Channel.CreateBounded<HealthCheckResponse.Types.ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            news.Writer.TryWrite(_statuses.GetValueOrDefault(request.Service, HealthCheckResponse.Types.ServingStatus.ServiceUnknown));
            _watchers[request.Service] = _watchers.GetValueOrDefault(request.Service, []).Add(news);
        }
        try
        {
            await foreach (var status in news.Reader.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status });
        }
        catch (OperationCanceledException)
        {
            // The client has left, which is how every watch ends.
        }
        finally
        {
            lock (_gate)
            {
                var others = _watchers[request.Service].Remove(news);
                if (others.IsEmpty) _watchers.Remove(request.Service);
                else _watchers[request.Service] = others;
            }
        }
    }

    private void Tell(string service, HealthCheckResponse.Types.ServingStatus status)
    {
        foreach (var watcher in _watchers.GetValueOrDefault(service, [])) watcher.Writer.TryWrite(status);
    }
}
