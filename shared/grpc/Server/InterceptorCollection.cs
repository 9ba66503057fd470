using System.Collections.ObjectModel;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>The interceptors of a server, by type; each call makes its own unless the type is a registered service.</summary>
public class InterceptorCollection : Collection<InterceptorRegistration>
{
    /// <summary>Adds an interceptor; what <paramref name="args"/> leave open of its constructor comes from the call's services.</summary>
    public void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TInterceptor>(params object[] args)
        where TInterceptor : Interceptor => Add(typeof(TInterceptor), args);

    /// <summary>Adds an interceptor; what <paramref name="args"/> leave open of its constructor comes from the call's services.</summary>
    /// <exception cref="ArgumentException">The type is no interceptor.</exception>
    public void Add([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type interceptorType, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(interceptorType);
        if (!interceptorType.IsSubclassOf(typeof(Interceptor))) throw new ArgumentException($"Type must derive from {typeof(Interceptor).FullName}.", nameof(interceptorType));
        Add(new InterceptorRegistration(interceptorType, args));
    }
}

/// <summary>An interceptor by type.</summary>
public class InterceptorRegistration
{
    private readonly object[] _arguments;

    internal InterceptorRegistration([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, object[] arguments) =>
        (Type, _arguments) = (type, arguments);

    /// <summary>The interceptor's type.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    public Type Type { get; }

    /// <summary>What its constructor is given.</summary>
    public IReadOnlyList<object> Arguments => _arguments;

    /// <summary>The interceptor for one call, and whether the call has made it and so disposes it.</summary>
    internal (Interceptor Interceptor, bool IsOwned) Create(IServiceProvider services) =>
        _arguments.Length == 0 && services.GetService(Type) is Interceptor shared
            ? (shared, false)
            : ((Interceptor)ActivatorUtilities.CreateInstance(services, Type, _arguments), true);
}
