using System.Text;

namespace MindBridge.Memory.Reporting;

/// <summary>Learning curves: losses by part on one scale, validation scores below on another.</summary>
internal static class LossChart
{
    private const double Width = 520, Height = 240, Left = 46, Right = 12, Top = 12, Bottom = 30;

    public static void Write(StringBuilder page, LossCurve curve)
    {
        page.Line($"<figure><figcaption><b>{Markup.Text(curve.Name)}</b></figcaption>");
        Panel(page, "loss, nats", curve.Points, p => p.Losses, floor: 0, log: true);
        if (curve.Points.Any(p => p.Scores is { Count: > 0 })) Panel(page, "validation, %", curve.Points, p => p.Scores ?? Nothing, floor: 0, log: false);
        page.Append("</figure>\n");
    }

    private static readonly Dictionary<string, double> Nothing = [];

    private static void Panel(StringBuilder page, string unit, IReadOnlyList<LossPoint> points, Func<LossPoint, IReadOnlyDictionary<string, double>> values, double floor, bool log)
    {
        var names = points.SelectMany(p => values(p).Keys).Distinct(StringComparer.Ordinal).ToList();
        var series = names.ConvertAll(n => points.Where(p => values(p).TryGetValue(n, out var v) && double.IsFinite(v)).Select(p => (p.Step, Value: values(p)[n])).ToList());
        var all = series.SelectMany(s => s).ToList();
        if (all.Count == 0) return;
        var (firstStep, lastStep) = (all.Min(p => p.Step), all.Max(p => p.Step));
        var (low, high) = (all.Min(p => p.Value), all.Max(p => p.Value));
        // Losses that fall by more than thirtyfold would lie on the axis of a linear scale.
        var logarithmic = log && low > 0 && high / low > 30;
        if (!logarithmic) low = Math.Min(floor, low);
        if (high <= low) high = low + 1;
        double X(double step) => Left + ((Width - Left - Right) * (lastStep == firstStep ? 0.5 : (step - firstStep) / (lastStep - firstStep)));
        double Y(double v) => Top + ((Height - Top - Bottom) * (1 - (logarithmic ? Math.Log(v / low) / Math.Log(high / low) : (v - low) / (high - low))));

        page.Append($"<svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{unit} by step\">");
        foreach (var tick in logarithmic ? Decades(low, high) : Markup.Ticks(low, high))
            page.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Markup.At(Y(tick))}\" y2=\"{Markup.At(Y(tick))}\"/><text class=\"tick\" x=\"{Left - 6}\" y=\"{Markup.At(Y(tick) + 3.5)}\" text-anchor=\"end\">{Label(tick)}</text>");
        foreach (var tick in Markup.Ticks(firstStep, lastStep, 6))
            page.Append($"<text class=\"tick\" x=\"{Markup.At(X(tick))}\" y=\"{Height - 12}\" text-anchor=\"middle\">{Markup.Count((long)tick)}</text>");
        page.Append($"<text class=\"tick\" x=\"{Width - Right}\" y=\"{Height - 1}\" text-anchor=\"end\">step</text>");
        for (var s = 0; s < series.Count; s++)
        {
            var path = string.Join(' ', series[s].Select((p, i) => $"{(i == 0 ? "M" : "L")}{Markup.At(X(p.Step))} {Markup.At(Y(p.Value))}"));
            page.Append($"<path class=\"line s{s % 6}\" d=\"{path}\"/>");
            var last = series[s][^1];
            page.Append($"<circle class=\"end f{s % 6}\" cx=\"{Markup.At(X(last.Step))}\" cy=\"{Markup.At(Y(last.Value))}\" r=\"3\"><title>{Markup.Text(names[s])} {Markup.Number(last.Value, 3)} at step {Markup.Count(last.Step)}</title></circle>");
        }

        page.Append("</svg><div class=\"legend\">");
        page.Append($"<span class=\"quiet\">{unit}{(logarithmic ? ", logarithmic" : "")}</span>");
        for (var s = 0; s < series.Count; s++) page.Append($"<span><i class=\"b{s % 6}\"></i>{Markup.Text(names[s])} <b>{Markup.Number(series[s][^1].Value, log ? 3 : 1)}</b></span>");
        page.Append("</div>\n");
    }

    private static IEnumerable<double> Decades(double low, double high)
    {
        for (var power = Math.Floor(Math.Log10(low)); power <= Math.Ceiling(Math.Log10(high)); power++)
            foreach (var digit in (int[])[1, 3])
                if (digit * Math.Pow(10, power) is var tick && tick >= low && tick <= high) yield return tick;
    }

    private static string Label(double tick) => tick switch
    {
        0 => "0",
        < 0.01 => tick.ToString("0.0E+0", System.Globalization.CultureInfo.InvariantCulture),
        < 1 => Markup.At(tick),
        _ => Markup.Count((long)Math.Round(tick)) is var whole && Math.Abs(tick - Math.Round(tick)) < 1e-9 ? whole : Markup.Number(tick),
    };
}
