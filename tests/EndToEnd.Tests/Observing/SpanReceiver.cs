using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using MindBridge.LocalServers;

namespace MindBridge.EndToEnd.Tests.Observing;

/// <summary>Where services send their traces: OTLP over HTTP, as a collector takes it.</summary>
internal sealed class SpanReceiver : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task receiving;

    public SpanReceiver()
    {
        Address = $"http://127.0.0.1:{FreePort.Find()}";
        listener.Prefixes.Add(Address + "/");
        listener.Start();
        receiving = Task.Run(ReceiveAsync);
    }

    public string Address { get; }

    /// <summary>What came, with the service that sent it.</summary>
    public ConcurrentQueue<(string Service, Span Span)> Spans { get; } = new();

    /// <summary>The environment of a platform that sends here. What is found by looking for it, and not told by an event, begins a trace of its own: here nobody looks.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["Encoder__ReconcileEvery"] = "00:10:00", ["Bridge__ReconcileEvery"] = "00:10:00", ["Evaluation__Look"] = "00:10:00",
    };

    /// <summary>Asserts that the trace of a request to the registry went on through commit, training, bridging, evaluation and promotion, across the services, and that an answer links to it.</summary>
    public void ShouldTellOneStory()
    {
        var spans = Spans.ToList();
        // Whatever begins a trace there is a request, as long as the commit of the clock begins none of its own.
        var submitted = spans.Where(s => s.Service == "edit-registry" && s.Span.ParentSpanId.IsEmpty && s.Span.Name != "commit").Select(s => s.Span.TraceId).ToHashSet();
        (string Service, string Name)[] steps =
        [
            ("edit-registry", "commit"), ("encoder-trainer", "handle EditsCommitted"), ("encoder-trainer", "job train-encoder"), ("bridge-trainer", "handle EncoderTrained"), ("bridge-trainer", "job train-bridge"),
            ("evaluator", "handle BridgeTrained"), ("evaluator", "job evaluate"), ("inference", "hear BridgePromoted"),
        ];
        submitted.ShouldNotBeEmpty();
        var told = submitted.ToDictionary(t => t, t => steps.Where(step => spans.Exists(s => s.Span.TraceId == t && s.Service == step.Service && s.Span.Name == step.Name)).ToList());
        var (trace, found) = told.MaxBy(t => t.Value.Count);
        found.Select(step => $"{step.Service}: {step.Name}").ShouldBe(steps.Select(step => $"{step.Service}: {step.Name}"), $"the trace of the submission also holds {string.Join(", ", spans.Where(s => s.Span.TraceId == trace).Select(s => $"{s.Service}: {s.Span.Name}").Distinct())}");
        spans.Where(s => s.Span.TraceId == trace && s.Span.ParentSpanId.IsEmpty).ShouldAllBe(s => s.Span.Name.Contains("/imports") || s.Span.Name.Contains(".EditRegistry/"), "a request bears the name of what was called");
        spans.Where(s => s.Service == "inference" && s.Span.Name == "answer").ShouldContain(s => s.Span.Links.Any(l => l.TraceId == trace), "an answer links to the trace of the edits behind it");
    }

    public void Dispose()
    {
        listener.Close();
        receiving.Wait();
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
            {
                foreach (var resource in SpanExport.Parser.ParseFrom(body.ToArray()).ResourceSpans)
                {
                    var service = resource.Resource.Attributes.FirstOrDefault(a => a.Key == "service.name")?.Value.StringValue ?? "";
                    foreach (var span in resource.ScopeSpans.SelectMany(s => s.Spans)) Spans.Enqueue((service, span));
                }
            }

            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }
}
