using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The generated class that a service class derives from.</summary>
internal static class GeneratedBase
{
    /// <summary>The class and its attribute; null if no base class was generated.</summary>
    public static (BindServiceMethodAttribute Attribute, Type Type)? Of(Type service)
    {
        for (var type = service; type is not null; type = type.BaseType)
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute) return (attribute, type);
        return null;
    }
}
