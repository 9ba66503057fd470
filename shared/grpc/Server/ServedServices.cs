namespace Grpc.AspNetCore.Server;

/// <summary>The service classes that an application serves; filled while endpoints are mapped, read by reflection.</summary>
internal sealed class ServedServices
{
    private readonly List<Type> _types = [];

    /// <summary>Whether calls of unknown services have an endpoint yet.</summary>
    public bool AnswersUnknownServices { get; set; }

    public IReadOnlyList<Type> Types
    {
        get
        {
            lock (_types) return [.. _types];
        }
    }

    public void Add(Type service)
    {
        lock (_types) _types.Add(service);
    }
}
