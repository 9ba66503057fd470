using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace MindBridge.Platform.Metrics;

/// <summary>Writes what OpenTelemetry has gathered in Prometheus' text form (exposition format 0.0.4).</summary>
internal sealed class PrometheusExporter : BaseExporter<Metric>
{
    /// <summary>The tag of a series that tells of one tenant's data.</summary>
    private const string Tenant = "tenant";

    /// <summary>Which series are written: by the tenant that they tell of, or null for those of the whole platform.</summary>
    public Func<string?, bool> Shows { get; set; } = _ => true;

    /// <summary>The page as of the last collection.</summary>
    public string Page { get; private set; } = "";

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var page = new StringBuilder();
        // Two meters may have an instrument of one name, and a page may head a name only once.
        var families = new Dictionary<string, List<Metric>>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var name = NameOf(metric);
            if (!families.TryGetValue(name, out var family)) families[name] = family = [];
            family.Add(metric);
        }

        foreach (var (name, family) in families)
        {
            page.Append("# HELP ").Append(name).Append(' ').Append(family[0].Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
            page.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(family[0])).Append('\n');
            foreach (var metric in family) Write(page, name, metric);
        }

        Page = page.ToString();
        return ExportResult.Success;
    }

    private static string NameOf(Metric metric)
    {
        var name = new StringBuilder(Sanitised(metric.Name));
        var unit = metric.Unit switch { "s" => "seconds", "ms" => "milliseconds", "By" => "bytes", "1" or "" or null => "", var other when other.StartsWith('{') => "", var other => Sanitised(other) };
        if (unit.Length > 0 && !name.ToString().EndsWith(unit, StringComparison.Ordinal)) name.Append('_').Append(unit);
        if (metric.MetricType is MetricType.LongSum or MetricType.DoubleSum && !name.ToString().EndsWith("_total", StringComparison.Ordinal)) name.Append("_total");
        return name.ToString();
    }

    private static string TypeOf(Metric metric) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => "gauge",
        _ => "untyped",
    };

    private void Write(StringBuilder page, string name, Metric metric)
    {
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (!Shows(TenantOf(point.Tags))) continue;
            var labels = LabelsOf(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Line(page, name, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Line(page, name, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Line(page, name, labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Line(page, name, labels, point.GetGaugeLastValueDouble());
                    break;
                case MetricType.Histogram:
                    var upTo = 0L;
                    foreach (var bucket in point.GetHistogramBuckets())
                    {
                        upTo += bucket.BucketCount;
                        var bound = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture);
                        Line(page, name + "_bucket", (labels.Length == 0 ? "" : labels + ",") + $"le=\"{bound}\"", upTo);
                    }

                    Line(page, name + "_sum", labels, point.GetHistogramSum());
                    Line(page, name + "_count", labels, point.GetHistogramCount());
                    break;
            }
        }
    }

    private static void Line(StringBuilder page, string name, string labels, double value)
    {
        page.Append(name);
        if (labels.Length > 0) page.Append('{').Append(labels).Append('}');
        page.Append(' ').Append(double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string? TenantOf(ReadOnlyTagCollection tags)
    {
        foreach (var (name, value) in tags)
            if (name == Tenant) return value as string;
        return null;
    }

    private static string LabelsOf(ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            labels.Append(Sanitised(name)).Append("=\"")
                .Append((Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append('"');
        }

        return labels.ToString();
    }

    private static string Sanitised(string name) => string.Create(name.Length, name, (span, text) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterOrDigit(text[i]) ? text[i] : '_';
    });
}
