using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Whether a channel's credentials suit its address, and which call credentials they hold.</summary>
internal sealed class ChannelSecurity : ChannelCredentialsConfiguratorBase
{
    private readonly List<CallCredentials> _calls = [];
    private bool? _isSecure;

    /// <summary>The call credentials of a channel.</summary>
    /// <exception cref="InvalidOperationException">The credentials do not suit the address.</exception>
    public static IReadOnlyList<CallCredentials> Check(GrpcChannelOptions options, bool isSecure)
    {
        var found = new ChannelSecurity();
        options.Credentials?.InternalPopulateConfiguration(found, null);
        if (found._isSecure is { } wanted && wanted != isSecure)
        {
            throw new InvalidOperationException(wanted
                ? "Channel is configured with secure channel credentials and can't use an address with a 'http' scheme."
                : "Channel is configured with insecure channel credentials and can't use an address with a 'https' scheme.");
        }
        return found._calls;
    }

    public override void SetInsecureCredentials(object? state) => _isSecure = false;

    public override void SetSslCredentials(object? state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback)
    {
        if (rootCertificates is not null || keyCertificatePair is not null || verifyPeerCallback is not null)
            throw new InvalidOperationException($"{nameof(SslCredentials)} with non-null arguments is not supported by {nameof(GrpcChannel)}. {nameof(GrpcChannel)} uses HttpClient to make gRPC calls and HttpClient automatically loads root certificates from the operating system certificate store. Client certificates should be configured on HttpClient.");
        _isSecure = true;
    }

    public override void SetCompositeCredentials(object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        channelCredentials.InternalPopulateConfiguration(this, state);
        _calls.Add(callCredentials);
    }
}

/// <summary>Adds what call credentials have to say to a call's headers.</summary>
internal sealed class CallSecurity : CallCredentialsConfiguratorBase
{
    private readonly List<AsyncAuthInterceptor> _interceptors = [];

    public static async Task AddAsync(IEnumerable<CallCredentials> credentials, AuthInterceptorContext context, Metadata headers)
    {
        var found = new CallSecurity();
        foreach (var credential in credentials) credential.InternalPopulateConfiguration(found, null);
        foreach (var interceptor in found._interceptors) await interceptor(context, headers);
    }

    public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials)
    {
        foreach (var credential in credentials) credential.InternalPopulateConfiguration(this, state);
    }

    public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) => _interceptors.Add(interceptor);
}
