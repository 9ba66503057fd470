using System.Globalization;

namespace Grpc.Wire;

/// <summary>The value of <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class TimeoutText
{
    private const long MostDigits = 99_999_999;

    /// <summary>Rounds up, so that the far end never gives up before this one; no timeout is shorter than a nanosecond.</summary>
    public static string Encode(TimeSpan timeout)
    {
        var ticks = timeout.Ticks;
        if (ticks <= 0) return "1n";
        foreach (var (size, unit) in new[] { (TimeSpan.TicksPerMicrosecond, 'u'), (TimeSpan.TicksPerMillisecond, 'm'), (TimeSpan.TicksPerSecond, 'S'), (TimeSpan.TicksPerMinute, 'M') })
        {
            var amount = (ticks - 1) / size + 1;
            if (amount <= MostDigits) return string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{(ticks - 1) / TimeSpan.TicksPerHour + 1}H");
    }

    /// <summary>False for what is no timeout.</summary>
    public static bool TryDecode(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is not { Length: >= 2 and <= 9 } || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return false;
        if (text[^1] == 'n')
        {
            timeout = TimeSpan.FromTicks(amount / TimeSpan.NanosecondsPerTick);
            return true;
        }
        long? size = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            _ => null,
        };
        if (size is null) return false;
        timeout = amount > TimeSpan.MaxValue.Ticks / size ? TimeSpan.MaxValue : TimeSpan.FromTicks(amount * size.Value);
        return true;
    }
}
