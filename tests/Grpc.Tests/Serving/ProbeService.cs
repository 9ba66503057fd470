using System.Collections.Concurrent;
using Grpc.Core;

namespace MindBridge.Grpc.Tests;

/// <summary>What the probes' calls leave behind for the tests to look at.</summary>
public sealed class Traces
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _cancelled = new(StringComparer.Ordinal);

    /// <summary>How many notes each <c>Count</c> has written so far, by the text of its request.</summary>
    public ConcurrentDictionary<string, int> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>Lets stubborn methods go on.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was done, in order.</summary>
    public ConcurrentQueue<string> Steps { get; } = [];

    /// <summary>Done when the method called with this text saw its cancellation.</summary>
    public Task Cancelled(string text) => Source(text).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void SeeCancelled(string text) => Source(text).TrySetResult();

    private TaskCompletionSource Source(string text) => _cancelled.GetOrAdd(text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>probe.proto on our server. Metadata that starts with <c>echo-</c> comes back as headers, with <c>trail-</c> as trailers.</summary>
public sealed class ProbeService(Traces traces) : Probe.ProbeBase
{
    public override async Task<Note> Echo(Note request, ServerCallContext context)
    {
        var back = new Metadata();
        foreach (var entry in context.RequestHeaders)
        {
            if (entry.Key.StartsWith("echo-", StringComparison.Ordinal)) back.Add(entry);
            if (entry.Key.StartsWith("trail-", StringComparison.Ordinal)) context.ResponseTrailers.Add(entry);
        }
        if (back.Count > 0) await context.WriteResponseHeadersAsync(back);
        return request;
    }

    public override async Task<Note> Collect(IAsyncStreamReader<Note> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        await foreach (var note in requestStream.ReadAllAsync(context.CancellationToken)) texts.Add(note.Text);
        return new Note { Text = string.Concat(texts), Number = texts.Count };
    }

    public override async Task Count(Note request, IServerStreamWriter<Note> responseStream, ServerCallContext context)
    {
        try
        {
            for (var number = 0; number < request.Number; number++)
            {
                await responseStream.WriteAsync(new Note { Number = number, Payload = request.Payload }, context.CancellationToken);
                traces.Written[request.Text] = number + 1;
            }
        }
        catch (OperationCanceledException)
        {
            traces.SeeCancelled(request.Text);
            throw;
        }
    }

    public override async Task Chat(IAsyncStreamReader<Note> requestStream, IServerStreamWriter<Note> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext()) await responseStream.WriteAsync(requestStream.Current);
    }

    public override Task<Note> Fail(Note request, ServerCallContext context) =>
        throw new RpcException(new Status((StatusCode)request.Number, request.Text), new Metadata { { "grpc-status-details-bin", request.Payload.ToByteArray() } });

    /// <summary>Waits for its cancellation, which the text "stubborn" ignores until it is released.</summary>
    public override async Task<Note> Wait(Note request, ServerCallContext context)
    {
        if (request.Text == "stubborn") await traces.Release.Task;
        try
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
        finally
        {
            traces.SeeCancelled(request.Text);
        }
        return request;
    }

    public override Task<Note> Throw(Note request, ServerCallContext context) => throw new InvalidDataException("the secret is 42");
}
