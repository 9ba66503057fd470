using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MindBridge.Trainers.Tests;

/// <summary>Keeps what hosts log, for what only their logs tell.</summary>
internal sealed class Notes : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> all = new();

    public IReadOnlyCollection<string> All => all;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => all.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
