using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using MindBridge.LocalServers;

namespace MindBridge.EndToEnd.Tests.Observing;

/// <summary>Where services send their traces and metrics: OTLP over HTTP, as a collector takes it.</summary>
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

    /// <summary>Series that came, with the service that sent them.</summary>
    public ConcurrentDictionary<(string Service, string Name), bool> Series { get; } = new();

    /// <summary>The environment of a platform that sends here. What is found by looking for it, and not told by an event, begins a trace of its own: here nobody looks.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf", ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
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

    /// <summary>Asserts that every service sent what it alone can tell of itself, and that of its calls.</summary>
    public void ShouldTellTheirSeries()
    {
        (string Service, string Name)[] own = [("edit-registry", "mindbridge.edits.pending"), ("encoder-trainer", "mindbridge.jobs"), ("bridge-trainer", "mindbridge.jobs"), ("inference", "mindbridge.answer.duration"), ("evaluator", "mindbridge.score")];
        own.Concat(own.Select(o => (o.Service, "http.server.request.duration"))).ShouldBeSubsetOf(Series.Keys);
    }

    public void Dispose()
    {
        listener.Close();
        receiving.Wait();
    }

    private static string ServiceOf(SpanResource resource) => resource.Attributes.FirstOrDefault(a => a.Key == "service.name")?.Value.StringValue ?? "";

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
                    var service = ServiceOf(resource.Resource);
                    foreach (var span in resource.ScopeSpans.SelectMany(s => s.Spans)) Spans.Enqueue((service, span));
                }
            }
            else if (context.Request.Url!.AbsolutePath == "/v1/metrics")
            {
                foreach (var resource in MetricExport.Parser.ParseFrom(body.ToArray()).ResourceMetrics)
                    foreach (var metric in resource.ScopeMetrics.SelectMany(s => s.Metrics)) Series[(ServiceOf(resource.Resource), metric.Name)] = true;
            }

            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }
}
