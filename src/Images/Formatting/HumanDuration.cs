using System.Globalization;
using System.Text;

namespace ImageSdk.Images;

/// <summary>Durations for people: three digits below one minute ("10.8ms"), whole seconds above ("4w6d23h59m12s").</summary>
public static class HumanDuration
{
    const long Second = 1_000_000_000;
    const long Minute = 60 * Second;
    const long Hour = 60 * Minute;
    const long Day = 24 * Hour;
    const long Week = 7 * Day;
    const long Year = 365 * Day + Day / 4;

    public static string Format(TimeSpan duration) =>
        // A time span reaches further than 64 bits of nanoseconds.
        FormatNanoseconds((long)Int128.Clamp((Int128)duration.Ticks * 100, -long.MaxValue, long.MaxValue));

    public static string FormatNanoseconds(long nanoseconds) => nanoseconds switch
    {
        0 => "0s",
        < 0 => "-" + FormatPositive(nanoseconds == long.MinValue ? long.MaxValue : -nanoseconds),
        _ => FormatPositive(nanoseconds),
    };

    static string FormatPositive(long nanoseconds)
    {
        if (nanoseconds < 1000)
            return $"{nanoseconds}ns";
        if (nanoseconds < 1_000_000)
            return ThreeDigits(nanoseconds / 1e3) + "µs";
        if (nanoseconds < Second)
            return ThreeDigits(nanoseconds / 1e6) + "ms";
        if (nanoseconds < Minute)
            return ThreeDigits(nanoseconds / 1e9) + "s";
        var text = new StringBuilder();
        var years = Take(Year, ref nanoseconds);
        var weeks = Take(Week, ref nanoseconds);
        var days = Take(Day, ref nanoseconds);
        if (years > 0)
            text.Append($"{years}y");
        if (years > 0 || weeks > 0)
            text.Append($"{weeks}w");
        if (years > 0 || weeks > 0 || days > 0)
            text.Append($"{days}d");
        var hours = Take(Hour, ref nanoseconds);
        var minutes = Take(Minute, ref nanoseconds);
        if (hours > 0)
            text.Append($"{hours}h");
        if (hours > 0 || minutes > 0)
            text.Append($"{minutes}m");
        return text.Append($"{nanoseconds / Second}s").ToString();
    }

    static long Take(long unit, ref long nanoseconds)
    {
        var count = nanoseconds / unit;
        nanoseconds %= unit;
        return count;
    }

    // Just below the next unit the original shows "1e+03".
    static string ThreeDigits(double number) =>
        number.ToString("G3", CultureInfo.InvariantCulture).Replace("E+", "e+", StringComparison.Ordinal);
}
