using System.Globalization;
using System.Net;
using System.Text;

namespace MindBridge.Memory.Reporting;

/// <summary>Text of the page; every value from outside goes through <see cref="Text"/>.</summary>
internal static class Markup
{
    public static string Text(string? value) => WebUtility.HtmlEncode(value ?? "");

    public static string Number(double value, int digits = 1) => double.IsFinite(value) ? value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : "–";

    /// <summary>A coordinate of a drawing.</summary>
    public static string At(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Short(string id) => id.Length > 12 ? id[..12] : id;

    public static StringBuilder Line(this StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    public static string Seconds(double seconds) => !double.IsFinite(seconds) ? "–" : seconds switch
    {
        < 1 => $"{Number(seconds * 1000, 0)} ms",
        < 100 => $"{Number(seconds)} s",
        < 6000 => $"{Number(seconds / 60)} min",
        _ => $"{Number(seconds / 3600)} h",
    };

    /// <summary>Round values that divide an axis into about <paramref name="wanted"/> parts.</summary>
    public static IReadOnlyList<double> Ticks(double low, double high, int wanted = 5)
    {
        if (!(high > low)) return [low];
        var rough = (high - low) / wanted;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        var ticks = new List<double>();
        for (var k = Math.Ceiling((low / step) - 1e-9); k * step <= high + (step * 1e-9); k++) ticks.Add(k * step);
        return ticks;
    }
}
