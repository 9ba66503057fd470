namespace Grpc.Core;

/// <summary>Adds what proves who is calling to the metadata of a call.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

/// <summary>The call that is about to be made.</summary>
public class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    /// <summary>A call that cannot be cancelled.</summary>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>The service's address.</summary>
    public string ServiceUrl { get; } = serviceUrl ?? throw new ArgumentNullException(nameof(serviceUrl));

    /// <summary>The method's name.</summary>
    public string MethodName { get; } = methodName ?? throw new ArgumentNullException(nameof(methodName));

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Credentials of single calls.</summary>
public abstract class CallCredentials
{
    /// <summary>Several at once, in order.</summary>
    public static CallCredentials Compose(params CallCredentials[] credentials) => new Composed([.. credentials]);

    /// <summary>Credentials that add metadata.</summary>
    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) => new Intercepted(interceptor);

    /// <summary>Tells a configurator what these credentials are made of.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state);

    private sealed class Composed(IReadOnlyList<CallCredentials> credentials) : CallCredentials
    {
        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, credentials);
    }

    private sealed class Intercepted(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        private readonly AsyncAuthInterceptor _interceptor = interceptor ?? throw new ArgumentNullException(nameof(interceptor));

        public override void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetAsyncAuthInterceptorCredentials(state, _interceptor);
    }
}

/// <summary>Takes call credentials apart.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>They are several.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>They add metadata.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}

/// <summary>Credentials of a channel.</summary>
public abstract class ChannelCredentials
{
    /// <summary>No TLS.</summary>
    public static ChannelCredentials Insecure { get; } = new Plain();

    /// <summary>TLS with the machine's trusted roots.</summary>
    public static ChannelCredentials SecureSsl { get; } = new SslCredentials();

    /// <summary>A channel's credentials, and call credentials for each of its calls.</summary>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
        new Both(channelCredentials ?? throw new ArgumentNullException(nameof(channelCredentials)), callCredentials ?? throw new ArgumentNullException(nameof(callCredentials)));

    /// <summary>Tells a configurator what these credentials are made of.</summary>
    public abstract void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state);

    private sealed class Plain : ChannelCredentials
    {
        public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) => configurator.SetInsecureCredentials(state);
    }

    private sealed class Both(ChannelCredentials channel, CallCredentials call) : ChannelCredentials
    {
        public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) =>
            configurator.SetCompositeCredentials(state, channel, call);
    }
}

/// <summary>TLS.</summary>
/// <param name="rootCertificates">Trusted roots as PEM; null for the machine's own.</param>
public sealed class SslCredentials(string? rootCertificates) : ChannelCredentials
{
    /// <summary>TLS with the machine's trusted roots.</summary>
    public SslCredentials()
        : this(null)
    {
    }

    /// <summary>Trusted roots as PEM; null for the machine's own.</summary>
    public string? RootCertificates { get; } = rootCertificates;

    /// <inheritdoc/>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state) =>
        configurator.SetSslCredentials(state, RootCertificates, null, null);
}

/// <summary>A certificate chain and its private key, both PEM.</summary>
public sealed class KeyCertificatePair(string certificateChain, string privateKey)
{
    /// <summary>The chain.</summary>
    public string CertificateChain { get; } = certificateChain ?? throw new ArgumentNullException(nameof(certificateChain));

    /// <summary>The key.</summary>
    public string PrivateKey { get; } = privateKey ?? throw new ArgumentNullException(nameof(privateKey));
}

/// <summary>What is known of the peer when its certificate is checked.</summary>
public class VerifyPeerContext(string targetName, string? peerPem)
{
    /// <summary>The host that was called.</summary>
    public string TargetName { get; } = targetName;

    /// <summary>The peer's certificate as PEM.</summary>
    public string? PeerPem { get; } = peerPem;
}

/// <summary>Says whether a peer's certificate will do.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>Takes channel credentials apart.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>No TLS.</summary>
    public abstract void SetInsecureCredentials(object? state);

    /// <summary>TLS.</summary>
    public abstract void SetSslCredentials(object? state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>A channel's credentials and its calls'.</summary>
    public abstract void SetCompositeCredentials(object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
