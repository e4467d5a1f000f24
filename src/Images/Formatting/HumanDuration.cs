using System.Buffers;
using System.Globalization;
using System.Text;

namespace ImageSdk.Images;

/// <summary>
/// Durations for people: three digits below one minute ("10.8ms"), whole seconds above ("4w6d23h59m12s"). They are read as they are written,
/// and as Go's time.ParseDuration takes them.
/// </summary>
public static class HumanDuration
{
    const long Second = 1_000_000_000;
    const long Minute = 60 * Second;
    const long Hour = 60 * Minute;
    const long Day = 24 * Hour;
    const long Week = 7 * Day;
    const long Year = 365 * Day + Day / 4;

    static readonly SearchValues<char> numberCharacters = SearchValues.Create("0123456789.");

    // Both signs of micro; "min" is what people write.
    static readonly (string Name, long Nanoseconds)[] units =
    [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", Second), ("m", Minute), ("min", Minute), ("h", Hour), ("d", Day), ("w", Week), ("y", Year),
    ];

    /// <summary>Reads numbers with units, one after another ("1h30m", "100ms", "-1.5s", "2w"). Only 0 needs no unit.</summary>
    /// <returns>False where the text is no duration, or one of more than 10,000 years.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = default;
        var sign = text.StartsWith("-") ? -1 : 1;
        if (text.Length > 0 && text[0] is '-' or '+')
            text = text[1..];
        if (text is "0")
            return true;
        if (text.IsEmpty)
            return false;
        // Exact for what Format writes, where a double is not.
        const decimal longest = 10_000m * Year;
        var total = 0m;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(numberCharacters);
            if (digits <= 0 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            text = text[digits..];
            var unit = text.IndexOfAny(numberCharacters) is >= 0 and var end ? text[..end] : text;
            if (NanosecondsOf(unit) is not { } nanoseconds || number > longest / nanoseconds)
                return false;
            total += number * nanoseconds;
            text = text[unit.Length..];
        }
        if (total > longest)
            return false;
        // Ticks are of 100 ns.
        duration = TimeSpan.FromTicks(sign * (long)decimal.Round(total / 100));
        return true;
    }

    static long? NanosecondsOf(ReadOnlySpan<char> name)
    {
        foreach (var unit in units)
            if (name.SequenceEqual(unit.Name))
                return unit.Nanoseconds;
        return null;
    }

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
