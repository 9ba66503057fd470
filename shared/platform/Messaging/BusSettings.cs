namespace MindBridge.Platform.Messaging;

/// <summary>How events travel; the configuration section <c>Bus</c>.</summary>
public sealed record BusSettings
{
    /// <summary>RabbitMQ's address, for example <c>amqp://user:password@host:5672/</c>; empty for the transport inside the process.</summary>
    public string? RabbitMq { get; init; }

    /// <summary>How often a handler is tried before its event becomes a dead letter.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first failure; it doubles with each.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Events that one subscription handles at a time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>The address, once it is known to be one.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal Uri? Address() => string.IsNullOrWhiteSpace(RabbitMq)
        ? null
        : Uri.TryCreate(RabbitMq, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps" or "rabbitmq" or "rabbitmqs"
            ? address
            : throw new ArgumentException("Bus:RabbitMq is no AMQP address; write it as amqp://user:password@host:5672/");
}
