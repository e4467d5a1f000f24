using System.Globalization;

namespace ImageSdk.Cli.Caches;

/// <summary>Reads durations as the tool writes them: numbers with w, d, h, m or s, the largest unit first ("30d", "1d12h").</summary>
static class DurationText
{
    const string Units = "wdhms";

    static readonly long[] Seconds = [7 * 86400, 86400, 3600, 60, 1];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var total = (Int128)0;
        var last = -1;
        var rest = text.AsSpan();
        if (rest.IsEmpty)
            return false;
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny(Units);
            if (end <= 0 || !long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            var unit = Units.IndexOf(rest[end], StringComparison.Ordinal);
            if (unit <= last)
                return false;
            last = unit;
            total += (Int128)number * Seconds[unit];
            rest = rest[(end + 1)..];
        }
        if (total > (long)TimeSpan.MaxValue.TotalSeconds)
            return false;
        duration = TimeSpan.FromSeconds((long)total);
        return true;
    }
}
