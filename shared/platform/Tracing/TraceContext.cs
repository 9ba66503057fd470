using System.Diagnostics;

namespace MindBridge.Platform.Tracing;

/// <summary>Where in a W3C trace something happened, so that what follows from it, in another process or after a restart, joins the same trace.</summary>
/// <param name="Parent">The header <c>traceparent</c>.</param>
/// <param name="State">The header <c>tracestate</c>.</param>
public readonly record struct TraceContext(string? Parent, string? State)
{
    /// <summary>The activities of every service.</summary>
    public static readonly ActivitySource Source = new("MindBridge");

    /// <summary>Here and now; empty outside a trace.</summary>
    public static TraceContext Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } now ? new(now.Id, now.TraceStateString) : default;

    /// <summary>Goes on with the trace under a new name; dispose to end. Works whether or not anybody records.</summary>
    public Activity Resume(string name, ActivityKind kind)
    {
        var known = ActivityContext.TryParse(Parent, State, isRemote: true, out var context);
        if (Source.StartActivity(name, kind, known ? context : default) is { } recorded) return recorded;
        var activity = new Activity(name).SetIdFormat(ActivityIdFormat.W3C);
        if (known)
        {
            activity.SetParentId(context.TraceId, context.SpanId, context.TraceFlags);
            activity.TraceStateString = State;
        }

        return activity.Start();
    }
}
