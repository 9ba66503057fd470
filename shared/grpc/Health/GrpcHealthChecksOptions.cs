using System.Collections;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>How ASP.NET Core's health checks become gRPC health.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>Which checks make up which service; by default all of them the empty name, the server as a whole.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>Whether <c>Check</c> answers with what the last periodic run found instead of running the checks; false by default.</summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>Whether watches go on while the application stops; by default they end, so that it can.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}

/// <summary>Services by name.</summary>
public sealed class ServiceMappingCollection : IEnumerable<ServiceMapping>
{
    private readonly Dictionary<string, ServiceMapping> _mappings = new(StringComparer.Ordinal);

    /// <summary>Adds a service.</summary>
    public void Add(ServiceMapping service) => _mappings.Add(service.Name, service);

    /// <summary>Says which checks make up a service, in place of what was said before.</summary>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate) => _mappings[name] = new ServiceMapping(name, predicate);

    /// <summary>Removes a service.</summary>
    public void Remove(string name) => _mappings.Remove(name);

    /// <summary>Removes every service.</summary>
    public void Clear() => _mappings.Clear();

    /// <inheritdoc/>
    public IEnumerator<ServiceMapping> GetEnumerator() => _mappings.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ServiceMapping? Find(string name) => _mappings.GetValueOrDefault(name);
}

/// <summary>A service and the checks that it is made of.</summary>
public sealed class ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
{
    /// <summary>The service.</summary>
    public string Name { get; } = name;

    internal bool Covers(string check, IEnumerable<string> tags) => predicate(new HealthCheckMapContext(check, tags));
}

/// <summary>A check that may be part of a service.</summary>
public sealed class HealthCheckMapContext(string name, IEnumerable<string> tags)
{
    /// <summary>The check's name.</summary>
    public string Name { get; } = name;

    /// <summary>The check's tags.</summary>
    public IEnumerable<string> Tags { get; } = tags;
}
