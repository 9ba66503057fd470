using System.Globalization;

namespace MindBridge.Evaluator.Dashboard.Framing;

/// <summary>Numbers and times as people read them.</summary>
internal static class Wording
{
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double percent) => percent.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A score or its interval's end. Nats are small: a tenth of one is a lot.</summary>
    public static string Score(double value, string unit) => value.ToString(unit == "nats" ? "0.000" : "0.0", CultureInfo.InvariantCulture);

    /// <summary>With its sign, as differences are written.</summary>
    public static string Signed(double points, string unit = "%") => points.ToString(unit == "nats" ? "+0.000;−0.000;0.000" : "+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    public static string Ago(TimeSpan passed) => passed switch
    {
        { TotalSeconds: < 10 } => "just now",
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)passed.TotalSeconds} s ago"),
        { TotalMinutes: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{(int)passed.TotalMinutes} min ago"),
        { TotalHours: < 48 } => string.Create(CultureInfo.InvariantCulture, $"{(int)passed.TotalHours} h ago"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)passed.TotalDays} days ago"),
    };

    /// <summary>What comes again and again, after "every": minute, 5 minutes, day.</summary>
    public static string Again(long seconds)
    {
        var (count, unit) = seconds % 86_400 == 0 ? (seconds / 86_400, "day") : seconds % 3600 == 0 ? (seconds / 3600, "hour") : seconds % 60 == 0 ? (seconds / 60, "minute") : (seconds, "second");
        return count == 1 ? unit : $"{Number(count)} {unit}s";
    }

    /// <summary>A duration: 42 s, 3:05, 1:02:03.</summary>
    public static string Duration(double seconds) => seconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s")
        : TimeSpan.FromSeconds(seconds).ToString(seconds >= 3600 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}
