using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>On each gRPC endpoint: which method it is.</summary>
public sealed class GrpcMethodMetadata(Type serviceType, IMethod method)
{
    /// <summary>The class that serves it.</summary>
    public Type ServiceType { get; } = serviceType ?? throw new ArgumentNullException(nameof(serviceType));

    /// <summary>The method.</summary>
    public IMethod Method { get; } = method ?? throw new ArgumentNullException(nameof(method));
}
