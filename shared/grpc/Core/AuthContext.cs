using System.Text;

namespace Grpc.Core;

/// <summary>What is known for sure about who is at the other end (the TLS client certificate).</summary>
public class AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
{
    /// <summary>Whether the peer has proved an identity.</summary>
    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>The property that names the peer, or null.</summary>
    public string? PeerIdentityPropertyName { get; } = peerIdentityPropertyName;

    /// <summary>The properties that name the peer.</summary>
    public IEnumerable<AuthProperty> PeerIdentity => PeerIdentityPropertyName is null ? [] : FindPropertiesByName(PeerIdentityPropertyName);

    /// <summary>Everything known.</summary>
    public IEnumerable<AuthProperty> Properties => properties.Values.SelectMany(list => list);

    /// <summary>The properties of one name.</summary>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) => properties.GetValueOrDefault(propertyName) ?? [];
}

/// <summary>One thing known about the peer.</summary>
public class AuthProperty
{
    private readonly byte[] _bytes;

    private AuthProperty(string name, byte[] valueBytes)
    {
        Name = name;
        _bytes = valueBytes;
    }

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>The value as UTF-8 text.</summary>
    public string Value => Encoding.UTF8.GetString(_bytes);

    /// <summary>A copy of the value.</summary>
    public byte[] ValueBytes => [.. _bytes];

    /// <summary>A property with a copy of these bytes.</summary>
    public static AuthProperty Create(string name, byte[] valueBytes) => new(name, [.. valueBytes]);
}
