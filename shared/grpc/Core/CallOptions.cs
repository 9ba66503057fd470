namespace Grpc.Core;

/// <summary>What a client says about one call.</summary>
/// <param name="headers">Metadata to send.</param>
/// <param name="deadline">When to give up; UTC (a local time is converted). Null or <see cref="DateTime.MaxValue"/> waits for ever.</param>
/// <param name="cancellationToken">Cancels the call.</param>
/// <param name="writeOptions">How requests are written.</param>
/// <param name="propagationToken">The call on whose behalf this one is made.</param>
/// <param name="credentials">Who is calling.</param>
public struct CallOptions(
    Metadata? headers = null,
    DateTime? deadline = null,
    CancellationToken cancellationToken = default,
    WriteOptions? writeOptions = null,
    ContextPropagationToken? propagationToken = null,
    CallCredentials? credentials = null)
{
    /// <summary>Metadata to send.</summary>
    public Metadata? Headers { get; private set; } = headers;

    /// <summary>When to give up.</summary>
    public DateTime? Deadline { get; private set; } = deadline;

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private set; } = cancellationToken;

    /// <summary>How requests are written.</summary>
    public WriteOptions? WriteOptions { get; private set; } = writeOptions;

    /// <summary>The call on whose behalf this one is made.</summary>
    public ContextPropagationToken? PropagationToken { get; } = propagationToken;

    /// <summary>Who is calling.</summary>
    public CallCredentials? Credentials { get; private set; } = credentials;

    /// <summary>Whether the call should wait for a connection instead of failing at once.</summary>
    public bool IsWaitForReady { get; private set; }

    /// <summary>The same with other headers.</summary>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>The same with another deadline.</summary>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>The same with another token.</summary>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };

    /// <summary>The same with other write options.</summary>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>The same with other credentials.</summary>
    public readonly CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>The same, waiting for a connection or not.</summary>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}
